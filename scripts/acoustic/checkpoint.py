"""What a training run leaves of a network, and the network again."""

from typing import Any

import numpy as np
import numpy.typing as npt
from network import Network
from units import Tying


def state_of(network: Network, tying: Tying, priors: npt.NDArray[np.float64]) -> dict[str, Any]:
    """What is to be saved, on a processor; `priors` are the shares of the pdfs, shape (pdfs,)."""
    return {
        "network": {name: value.cpu() for name, value in network.state_dict().items()},
        "sight": network.sight,
        "pdf_of_unit": tying.pdf_of_unit,
        "pdfs": tying.count,
        "priors": priors,
    }


def tying_of(checkpoint: dict[str, Any]) -> Tying:
    """The tying of units that a checkpoint was trained with."""
    return Tying(tuple(checkpoint["pdf_of_unit"]), checkpoint["pdfs"])


def restore(checkpoint: dict[str, Any], sight: str | None = None) -> tuple[Network, Tying]:
    """The network of a checkpoint and the tying of its units.

    Args:
        checkpoint: with what `state_of` gives.
        sight: how far it is to see from now on; None: as far as it did.
    """
    tying = tying_of(checkpoint)
    blank = np.zeros(40, dtype=np.float32)
    network = Network(tying.count, blank, blank, sight or checkpoint.get("sight", "far"))
    network.load_state_dict(checkpoint["network"])
    return network, tying
