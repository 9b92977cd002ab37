"""Where a large upload waits to be encrypted: a file without a name in a folder of ours, gone with its process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class NamelessFileUploadHandler(FileUploadHandler):
    """Takes what is too large for memory. Django's own leaves a readable file in /tmp when the process is killed."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        folder = Path(settings.HOMING_UPLOAD_FOLDER)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = UploadedFile(
            tempfile.TemporaryFile(dir=folder),  # noqa: SIM115  whoever asked for the upload closes it
            self.file_name, self.content_type, 0, self.charset, self.content_type_extra,
        )  # fmt: skip

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  Django's signature
        """Take a piece."""
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """Return the whole."""
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        """Forget what has come."""
        if self.file is not None:
            self.file.close()
