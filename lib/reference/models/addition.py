"""The adder of Exercise 2."""

import torch
from torch import Tensor, nn


class AdditionModel(nn.Module):
    """Encodes digits with a CNN and reads the pairs with a bidirectional LSTM.

    All digits of both numbers go through the encoder in one batch: one large convolution instead
    of 2 L small ones. Reading in both directions lets a carry reach the digits to its left.

    Args:
        latent_dim: numbers per encoded digit.
        hidden_size: of the LSTM, in each direction.
        dropout: share of the encoded numbers hidden in training.
    """

    def __init__(self, latent_dim: int = 128, hidden_size: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.digit_encoder = nn.Sequential(
            nn.Conv2d(1, 32, kernel_size=5, stride=2),  # (batch, 32, 12, 12)
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (batch, 32, 6, 6)
            nn.Conv2d(32, 64, kernel_size=3),  # (batch, 64, 4, 4)
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (batch, 64, 2, 2)
            nn.Conv2d(64, latent_dim, kernel_size=2),  # (batch, latent_dim, 1, 1)
            nn.BatchNorm2d(latent_dim),
            nn.ReLU(),
            nn.Flatten(),  # (batch, latent_dim)
        )
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(2 * latent_dim, hidden_size, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, 10)
        # Channels beside each other in memory: convolutions on a CPU take two thirds of the time.
        self.digit_encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, num_1: Tensor, num_2: Tensor) -> Tensor:
        """num_1, num_2: (batch, max_length, 1, 28, 28). Logits, (batch, 10, max_length)."""
        digits = torch.stack([num_1, num_2], dim=2)  # (batch, max_length, 2, 1, 28, 28)
        batch, length = digits.shape[:2]
        encoded = self.digit_encoder(digits.flatten(0, 2))  # (batch * max_length * 2, latent_dim)
        pairs = encoded.view(batch, length, 2 * self.latent_dim)  # both digits of a place
        outputs, _ = self.lstm(self.dropout(pairs))  # (batch, max_length, 2 * hidden_size)
        logits: Tensor = self.fc(outputs)  # (batch, max_length, 10)
        return logits.permute(0, 2, 1)  # (batch, 10, max_length)
