"""Open311 GeoReport v2 (https://wiki.open311.org/GeoReport_v2): JSON and XML, read and write.

Our reports are its service requests, our subjects its services, their questions its attributes.
A write needs no key; it is limited by network. With a key the limit is higher, and updates may be
posted. Errors are the list that the standard asks for, whatever went wrong.
"""
