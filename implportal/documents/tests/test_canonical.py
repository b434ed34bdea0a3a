from implportal.documents.canonical import canonical_bytes, content_digest, digest


def test_equal_content_has_equal_bytes():
    assert canonical_bytes({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


def test_a_content_digest_is_not_that_of_the_bare_bytes():
    assert content_digest({}) == (digest(b"implportal/document-content/1\n{}"))
    assert content_digest({}) != digest(b"{}")
