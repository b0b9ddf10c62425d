"""The rules of the catalogue of procedures, as data and pure functions.

`definition` says what a procedure is; the others read it: `conditions` (JsonLogic), `forms`,
`fees`, `limits`, `steps`, and `publishing`, which finds what is wrong with the whole.
"""
