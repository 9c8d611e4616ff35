"""A class of made submissions for Lab 9, each student named by what they did.

A change is the id of a question whose answers are left blank ("*" for all), or a pair (old, new):
`new` stands where the solution has `old`, which occurs exactly once in its answers.
"""

# The spellings of the solution that several answers replace in part.
EVALUATION = """            logits = model(tokens)  # (batch,)
            batch_loss = loss(logits, labels)
        total_loss += batch_loss.item()"""
TRAINING = """            optimizer.step()
            total_loss += batch_loss.item() * len(labels)
            num_correct += ((logits > 0)"""

CLASS: dict[str, list[str | tuple[str, str]]] = {
    "right": [],
    "half-right": [
        "ex1-lstm",
        "ex1-why",
        "ex2-model",
        "ex2-train",
        "ex2-predict",
        "ex3-softmax-tiled",
        "ex3-flash",
        "ex3-proof",
        "ex4-positions",
        "ex4-attention",
    ],
    "blank": ["*"],
    # Reviews shorter than the limit raise an IndexError, and later cells lack their input.
    "exception": [
        ("return kept[:max_seq_len]", "return [kept[place] for place in range(max_seq_len)]"),
    ],
    # The loop over blocks never advances.
    "endless-loop": [
        (
            "    for key_block, value_block in zip(\n"
            "        key.split(block_size), value.split(block_size), strict=True\n"
            "    ):\n",
            "    start = 0\n"
            "    while start < len(key):\n"
            "        key_block = key[start : start + block_size]\n"
            "        value_block = value[start : start + block_size]\n",
        ),
    ],
    # Believes that padding_idx makes the LSTM skip padding.
    "reads-after-padding": [
        (
            "            outputs, _ = self.lstm(embedded)  # (batch, seq_len, hidden_size)\n"
            "            last = (tokens != 0).sum(dim=1) - 1  # (batch,)\n"
            "            state = outputs[torch.arange(len(tokens), device=tokens.device), last]",
            "            outputs, (last_hidden, _) = self.lstm(embedded)\n"
            "            state = last_hidden[-1]",
        ),
    ],
    # Averages the batches' means, whatever the size of the last batch.
    "loss-per-batch": [
        (
            f"{EVALUATION} * len(labels)",
            f"{EVALUATION} * len(dataset) / len(DataLoader(dataset, batch_size))",
        ),
        (
            TRAINING,
            TRAINING.replace("* len(labels)", "* len(train_dataset) / len(loader)"),
        ),
    ],
    "digits-reversed": [
        (
            "return torch.tensor([int(digit) for digit in str(num).zfill(length)])",
            "return torch.tensor([num // 10**place % 10 for place in range(length)])",
        ),
    ],
    # Validates and predicts with dropout switched on.
    "no-eval": [
        ("    model.eval()\n    for sample in DataLoader", "    for sample in DataLoader"),
        (
            "    model.eval()\n    with torch.no_grad():\n        logits = model(num_1.unsq",
            "    with torch.no_grad():\n        logits = model(num_1.unsq",
        ),
    ],
    # Attends to padding, and averages over it.
    "no-mask": [
        (
            "embedded, embedded, embedded, key_padding_mask=is_padding, need_weights=False",
            "embedded, embedded, embedded, need_weights=False",
        ),
        (
            "pooled = attended.masked_fill(is_padding.unsqueeze(2), 0).sum(dim=1) / num_tokens",
            "pooled = attended.mean(dim=1)",
        ),
    ],
    # A bag of words in disguise.
    "no-positions": [
        ("return self.embedding(tokens) + positions", "return self.embedding(tokens)"),
    ],
}
