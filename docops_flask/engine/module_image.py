"""An image of modules: the code of what a server has loaded, in one file in memory, for processes it spawns.

To find a module on disk, and to read and check its file, takes Python longer than to make the module of it.
A process that takes them out of an image saves most of that, and it runs the code of its server, whatever
became of the files meanwhile.

The file: 8 bytes, the length of the index (little endian); the index; one code object after the other, all
as ``marshal`` writes them. The index is {name: (path of the module's file, offset, length in bytes)}. Of an
extension module, which the dynamic loader takes from its file, the length is 0.

A spawned process loads this first of all, from disk, so it imports nothing that is not there already.
"""

import marshal
import os

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
    packed = marshal.dumps(index)
    with open(image_fd, "wb", closefd=False) as image:
        image.write(len(packed).to_bytes(_LENGTH_BYTES, "little"))
        image.write(packed)
        image.writelines(codes)


class ImageFinder:
    """A finder (``sys.meta_path``) of the modules in an image; all others it leaves to those after it."""

    def __init__(self, image_fd: int) -> None:
        """Read the index of the image; ``image_fd`` is read for each module that is found."""
        length = int.from_bytes(os.pread(image_fd, _LENGTH_BYTES, 0), "little")
        self._image_fd = image_fd
        self._start = _LENGTH_BYTES + length
        packed = os.pread(image_fd, length, _LENGTH_BYTES)
        self._index: dict[str, tuple[str, int, int]] = marshal.loads(packed)

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
