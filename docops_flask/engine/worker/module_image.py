"""An image of modules: the code of what a server has loaded, in one memory file, for processes it spawns.

To find a module on disk, and to read and check its file, takes Python longer than to run the module's code.
A process that takes modules from an image saves most of that, and it runs the code of its server even after
the files have changed.

The file: 8 bytes, the length of the code of this module (little endian), and the code; the same for the
index; then one code object after the other, each as ``marshal`` writes it. The index is {name: (path of the
module's file, offset, length in bytes)}. The length of an extension module, which the dynamic loader takes
from its file, is 0.

A new process runs this module before any other, so it imports only what Python has loaded already, and
``importlib.machinery``.
"""

import marshal
import os
import sys
from importlib.machinery import ExtensionFileLoader, ModuleSpec, SourceFileLoader

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
    """Return Python source that binds ``finder`` to the image's finder before any module is loaded."""
    length = int.from_bytes(os.pread(image_fd, _LENGTH_BYTES, 0), "little")
    return (
        f"import marshal, os; names = {{'__name__': {__name__!r}}}; "
        f"exec(marshal.loads(os.pread({image_fd}, {length}, {_LENGTH_BYTES})), names); "
        f"finder = names['{ImageFinder.__name__}']({image_fd})"
    )


class ImageFinder:
    """A finder (``sys.meta_path``) of the modules in an image; it leaves all others to the next finders."""

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
        """Close the image; modules that are loaded later come from their files."""
        sys.meta_path.remove(self)
        os.close(self._image_fd)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return how ``name`` is loaded, or ``None``; ``path`` and ``target`` are not used."""
        if name not in self._index:
            return None
        file, offset, length = self._index[name]
        loader: SourceFileLoader | ExtensionFileLoader
        if length:
            loader = _ImageLoader(name, file, self._image_fd, self._start + offset, length)
        else:
            loader = ExtensionFileLoader(name, file)
        is_package = loader.is_package(name)
        spec = ModuleSpec(name, loader, origin=file, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(file)]
        return spec


class _ImageLoader(SourceFileLoader):
    """Loads a module as from its file, except that the code comes from the image."""

    def __init__(self, name: str, path: str, image_fd: int, offset: int, length: int) -> None:
        super().__init__(name, path)
        self._place = image_fd, length, offset

    def get_code(self, fullname: str) -> "CodeType | None":
        code: CodeType = marshal.loads(os.pread(*self._place))
        return code
