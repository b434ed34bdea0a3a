from implportal.documents.models.images import StoredImage
from implportal.documents.models.seals import Seal, SealCertificate, TimeAuthority
from implportal.documents.models.versions import DocumentVersion

__all__ = ["DocumentVersion", "Seal", "SealCertificate", "StoredImage", "TimeAuthority"]
