"""An image of modules: the code of what a server has loaded, in one file in memory, for processes it spawns.

To find a module on disk, and to read and check its file, takes Python longer than to make the module of it.
A process that takes them out of an image saves most of that, and it runs the code of its server, whatever
became of the files meanwhile.

The file: 8 bytes, the length of the code of this module (little endian), and the code; the same of the index;
one code object after the other, all as ``marshal`` writes them. The index is {name: (path of the module's
file, offset, length in bytes)}. Of an extension module, which the dynamic loader takes from its file, the
length is 0.

The code of this module is what a new process takes first, so it imports nothing that is not there already.
"""

import marshal
import os
import sys

# ``importlib`` names the same, but it is a package of files.
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader, SourceFileLoader, spec_from_file_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

_LENGTH_BYTES = 8


def write_image(image_fd: int, loaders: "Iterable[SourceFileLoader | ExtensionFileLoader]") -> None:
    """Write the modules of ``loaders`` to the empty file ``image_fd``.

    Raises ``OSError``, and ``ImportError`` for a module without code.
    """
    index: dict[str, tuple[str, int, int]] = {}
    codes = []
    offset = 0
    for loader in loaders:
        code = b"" if isinstance(loader, ExtensionFileLoader) else marshal.dumps(loader.get_code(loader.name))
        index[loader.name] = (os.fspath(loader.path), offset, len(code))
        codes.append(code)
        offset += len(code)
    own_code = marshal.dumps(SourceFileLoader(__name__, __file__).get_code(__name__))
    with open(image_fd, "wb", closefd=False) as image:
        for part in (own_code, marshal.dumps(index)):
            image.write(len(part).to_bytes(_LENGTH_BYTES, "little"))
            image.write(part)
        image.writelines(codes)


def statement(image_fd: int) -> str:
    """Return Python's text that makes ``finder`` the finder in the image, when nothing is loaded yet."""
    length = int.from_bytes(os.pread(image_fd, _LENGTH_BYTES, 0), "little")
    return (
        f"import marshal, os; names = {{'__name__': {__name__!r}}}; "
        f"exec(marshal.loads(os.pread({image_fd}, {length}, {_LENGTH_BYTES})), names); "
        f"finder = names['{ImageFinder.__name__}']({image_fd})"
    )


class ImageFinder:
    """A finder (``sys.meta_path``) of the modules in an image; all others it leaves to those after it."""

    def __init__(self, image_fd: int) -> None:
        """Read the index of the image; ``image_fd`` is read for each module that is found."""
        own_length = int.from_bytes(os.pread(image_fd, _LENGTH_BYTES, 0), "little")
        start = _LENGTH_BYTES + own_length
        length = int.from_bytes(os.pread(image_fd, _LENGTH_BYTES, start), "little")
        packed = os.pread(image_fd, length, start + _LENGTH_BYTES)
        self._image_fd = image_fd
        self._start = start + _LENGTH_BYTES + length
        self._index: dict[str, tuple[str, int, int]] = marshal.loads(packed)

    def close(self) -> None:
        """Close the image; what was not loaded by now comes from its file."""
        sys.meta_path.remove(self)
        os.close(self._image_fd)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return how ``name`` is loaded, or ``None``; what else ``importlib`` tells is of no use here."""
        if name not in self._index:
            return None
        file, offset, length = self._index[name]
        loader: SourceFileLoader | ExtensionFileLoader
        if length:
            loader = _ImageLoader(name, file, self._image_fd, self._start + offset, length)
        else:
            loader = ExtensionFileLoader(name, file)
        return spec_from_file_location(name, file, loader=loader)


class _ImageLoader(SourceFileLoader):
    """Loads a module as from its file, but for the code, which is in the image."""

    def __init__(self, name: str, path: str, image_fd: int, offset: int, length: int) -> None:
        super().__init__(name, path)
        self._place = image_fd, length, offset

    def get_code(self, fullname: str) -> "CodeType | None":
        code: CodeType = marshal.loads(os.pread(*self._place))
        return code
