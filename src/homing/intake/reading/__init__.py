"""From the bytes of a document to words with boxes, and to what they say."""
