from implportal.documents.models.images import StoredImage
from implportal.documents.models.versions import DocumentVersion

__all__ = ["DocumentVersion", "StoredImage"]
