"""What of files and their receipts may be kept in the database: nothing personal that stands in a file's name or cells."""

from dataclasses import replace

from assistant.domain.jobs import Wish
from assistant.domain.receipts import FileReceipt, IngestReceipt
from assistant.intake.privacy import Masker


def masked(receipt: IngestReceipt, masker: Masker) -> IngestReceipt:
    """The receipt with paths, headers and sentences masked as `Record.source` is: people's names and numbers stand
    in the names of files, and in headers where a file has none and its first row was taken for them."""
    return replace(
        receipt,
        files=tuple(masked_file(file, masker) for file in receipt.files),
        first_problems=tuple(_text(sentence, masker) for sentence in receipt.first_problems),
    )


def without_samples(receipt: IngestReceipt) -> IngestReceipt:
    """The receipt without the values that a dry run shows: they are for who asked, not to be kept."""
    return replace(receipt, files=tuple(replace(file, samples={}) for file in receipt.files))


def left_of(wish: Wish, taken_in: bool, masker: Masker) -> Wish:
    """What is kept of a wish once its job is over: its files only where they are still to be taken in and their names
    hold nothing personal."""
    told = [*wish.paths, *(value for value in wish.reading.values() if isinstance(value, str))]
    if taken_in or any(_text(one, masker) != one for one in told):
        return replace(wish, paths=(), reading={})
    return wish


def masked_file(file: FileReceipt, masker: Masker) -> FileReceipt:
    """What of a receipt may be kept of one file: its name, headers and notes masked."""
    return replace(
        file,
        path=_text(file.path, masker),
        mapping={name: _text(column, masker) for name, column in file.mapping.items()},
        notes=tuple(_text(note, masker) for note in file.notes),
    )


def _text(text: str, masker: Masker) -> str:
    return str(masker.mask_text(text)[0])
