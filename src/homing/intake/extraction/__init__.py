"""From words with boxes to fields, kinds and documents."""
