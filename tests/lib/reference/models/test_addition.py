"""The adder: shapes, one encoder for all digits, both directions."""

import torch

from lib.reference.models.addition import AdditionModel


def draw_numbers(batch: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shape = (batch, 3, 1, 28, 28)
    return torch.rand(shape, generator=generator), torch.rand(shape, generator=generator)


def test_a_logit_for_each_digit_of_each_place() -> None:
    assert AdditionModel()(*draw_numbers()).shape == (4, 10, 3)
    assert AdditionModel().eval()(*draw_numbers(batch=1)).shape == (1, 10, 3)


def test_each_place_sees_both_digits_of_its_own_and_of_all_others() -> None:
    model = AdditionModel().eval()
    num_1, num_2 = (number.requires_grad_() for number in draw_numbers(batch=1))
    logits = model(num_1, num_2)
    for place in range(3):
        grads = torch.autograd.grad(logits[0, :, place].sum(), [num_1, num_2], retain_graph=True)
        for grad in grads:
            assert grad.flatten(2).abs().sum(dim=2).gt(0).all()


def test_one_batch_of_digits_is_digit_by_digit_encoding() -> None:
    model = AdditionModel().eval()
    num_1, num_2 = draw_numbers()
    encoded = [
        torch.stack([model.digit_encoder(number[:, place]) for place in range(3)], dim=1)
        for number in (num_1, num_2)
    ]
    outputs, _ = model.lstm(torch.cat(encoded, dim=2))
    expected = model.fc(outputs).permute(0, 2, 1)
    torch.testing.assert_close(model(num_1, num_2), expected, atol=1e-5, rtol=1e-4)
