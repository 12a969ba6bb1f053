"""What Chroma may leave in its files of the memory it was given, in slots for links and room for elements that are not used.

Nothing in the vectors or links decides what stands in them, so they may hold what the process had in its memory before,
unmasked text among it. The layout is hnswlib's: ``header.bin`` gives the sizes, ``data_level0.bin`` holds for each element
a count, room for links, the vector and a label, ``link_lists.bin`` the links of the upper levels.
"""

import struct
from pathlib import Path

import numpy as np

from vectorstore.errors import GenerationError

_HEADER = struct.Struct("<iQQQQQQiIQQQdQ")
_WORD = 4


def blank_leftovers(directory: Path) -> int:
    """Set all that is not used in a finished, closed generation to zero; how many bytes were not.

    Raises:
        GenerationError: the files have another layout than is known here, so nothing can be said of them.
    """
    return sum(_blank(header.parent) for header in sorted(directory.glob("*/header.bin")))


def _blank(folder: Path) -> int:
    try:
        fields = _HEADER.unpack((folder / "header.bin").read_bytes())
        room, count, size, label, vector, most, most_at_bottom = (fields[place] for place in (2, 3, 4, 5, 6, 9, 10))
        data = np.fromfile(folder / "data_level0.bin", dtype=np.uint8)
        upper = np.fromfile(folder / "link_lists.bin", dtype=np.uint8)
        elements, rest = divmod(len(data), size)
        if vector != _WORD * (1 + most_at_bottom) or not vector < label < size:
            raise ValueError("sizes do not fit together")  # noqa: TRY301 - told in one sentence below
        if rest or elements not in (count, room) or count > room:
            raise ValueError("another number of elements than the header says")  # noqa: TRY301 - as above
        behind = data[count * size :]
        blanked = int(np.count_nonzero(behind))
        behind[:] = 0
        blanked += _blank_bottom(data[: count * size].reshape(count, size)[:, :vector])
        blanked += _blank_upper(upper, _WORD * (1 + most), count)
        data.tofile(folder / "data_level0.bin")
        upper.tofile(folder / "link_lists.bin")
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise GenerationError(
            f"the files of the new generation can't be cleared of leftovers ({type(error).__name__})"
        ) from error
    return blanked


def _blank_bottom(blocks: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> int:
    """Clear the unused link slots of every element's block ``[count, room]``, in place."""
    used = _WORD * (1 + blocks[:, 0].astype(np.int64) + 256 * blocks[:, 1].astype(np.int64))
    if len(used) and int(used.max()) > blocks.shape[1]:
        raise ValueError("more links than there is room for")
    unused = np.arange(blocks.shape[1])[None, :] >= used[:, None]
    dirty = int(np.count_nonzero(blocks[unused]))
    blocks[unused] = 0
    return dirty


def _blank_upper(lists: np.ndarray[tuple[int], np.dtype[np.uint8]], room: int, count: int) -> int:
    """Clear the unused link slots of the upper levels, element by element, in place."""
    at, dirty = 0, 0
    for _ in range(count):
        length = int(lists[at : at + _WORD].view("<u4")[0])
        at += _WORD
        if length % room or at + length > len(lists):
            raise ValueError("a list of links has another length")
        dirty += _blank_bottom(lists[at : at + length].reshape(-1, room)) if length else 0
        at += length
    if at != len(lists):
        raise ValueError("bytes behind the last list of links")
    return dirty
