"""The national public service portal: it hears of our dossiers, and sends those sent in there.

Field names are those of its interface (`lib.national_portal`). How a request is wrapped (`client`)
and what `TraCuuHoSo` is asked by are to be confirmed with the portal before the first real use.
"""
