"""Whether the time for a text grows with its length, and no faster."""

import gc
import time
from collections.abc import Callable


def grows_with_length(work: Callable[[str], object], *, piece: str, longest: int) -> bool:
    """Compare ``longest`` characters of ``piece`` with an eighth of them, up to three times."""

    def seconds(characters: int) -> float:
        text = (piece * characters)[:characters]
        begun = time.process_time()
        work(text)
        return time.process_time() - begun

    def grows_alike() -> bool:
        # Eight times the text; a factor of three is left for the noise of a busy machine.
        short = min(seconds(longest // 8) for _try in range(2))
        return seconds(longest) < max(0.1, 24 * short)

    seconds(1_000)  # loads what is loaded once
    gc.disable()  # what other tests left in memory is not looked through while this one measures
    try:
        return any(grows_alike() for _try in range(3))
    finally:
        gc.enable()
