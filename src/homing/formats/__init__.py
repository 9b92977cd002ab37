"""The languages of the field, translated to and from `content`. Pure: no database, no clock, no network."""
