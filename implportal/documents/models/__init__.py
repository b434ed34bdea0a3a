from implportal.documents.models.images import StoredImage
from implportal.documents.models.seals import SealCertificate
from implportal.documents.models.versions import DocumentVersion

__all__ = ["DocumentVersion", "SealCertificate", "StoredImage"]
