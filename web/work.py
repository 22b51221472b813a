"""The service's side of the jobs: the work folder and the queue, opened when they are first needed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from voc.errors import RecordNotFound, StoreError
from voc.jobs import JobQueue
from voc.store import Store
from voc.store.taxonomies import is_reference
from voc.workfolder import ask_scour, remove, work_folder
from web.settings import ServerSettings
from web.upload_records import How

log = logging.getLogger("web")


class Work:
    """What uploads and jobs need.

    Parameters
    ----------
    store : Store
        Where jobs are noted.
    settings : ServerSettings
        Folder, queue, limits.
    """

    def __init__(self, store: Store, settings: ServerSettings) -> None:
        self.store = store
        self.settings = settings

    @cached_property
    def root(self) -> Path:  # numpydoc ignore=RT01
        """The work folder."""
        return work_folder(self.store.database, self.settings.work_folder)

    @cached_property
    def queue(self) -> JobQueue:  # numpydoc ignore=RT01
        """Wakes workers."""
        return JobQueue(self.store.database, self.root, self.settings.queue)

    def new_folder(self) -> Path:
        """Make a folder for an upload.

        Returns
        -------
        pathlib.Path
            Empty, under a name that nobody can guess.
        """
        folder = self.root / uuid4().hex
        folder.mkdir(mode=0o700)
        return folder

    @contextmanager
    def arriving(self) -> Iterator[Path]:
        """Make a folder that is gone again where what it was made for fails.

        Yields
        ------
        pathlib.Path
            As `new_folder` makes it.
        """
        folder = self.new_folder()
        try:
            yield folder
        except BaseException:
            remove(folder)
            raise

    def erase(self, upload_id: int, actor: str) -> None:
        """Erase an upload for good, with its files.

        Parameters
        ----------
        upload_id : int
            The upload.
        actor : str
            Who asks.
        """
        folders = self.store.job_folders(upload_id)
        try:
            self.store.erase_upload(upload_id, actor)
        except RecordNotFound:
            raise
        except StoreError as error:
            if any(upload.id == upload_id for upload in self.store.uploads()):
                raise
            ask_scour(self.root)  # it is erased; a worker sees to the traces when nobody reads
            log.warning("not_scoured", extra={"fields": {"error": error.code}})
        for name in folders:
            remove(self.root / name)

    def erase_customer(self, customer_id: str, actor: str) -> None:
        """Erase a customer for good.

        Parameters
        ----------
        customer_id : str
            As the tables call the customer.
        actor : str
            Who asks.

        Raises
        ------
        VocError
            If there is nothing to erase.
        """
        try:
            self.store.erase_customer(customer_id, actor)
        except StoreError as error:
            if error.code != "not_scoured":
                raise
            ask_scour(self.root)  # it is erased; a worker sees to the traces when nobody reads
            log.warning("not_scoured", extra={"fields": {"error": error.code}})

    def asked(self, how: How) -> dict[str, object]:
        """Settings of a job for what a caller says.

        Parameters
        ----------
        how : How
            What it says.

        Returns
        -------
        dict of str to object
            For `JobSettings`, with the service's quality where it says none.

        Raises
        ------
        TaxonomyError
            If it names a kept taxonomy that is not there.
        """
        said = how.model_dump(include=set(How.model_fields), exclude_none=True)
        if how.taxonomy and is_reference(how.taxonomy):
            self.store.taxonomies.get(how.taxonomy)
        return {"quality": self.settings.quality, **said}

    def close(self) -> None:
        """Close the queue."""
        with suppress(KeyError):
            self.__dict__.pop("queue").close()
