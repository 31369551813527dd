;; Never gets as far as being called.
(func $spin (loop $again (br $again)))
(start $spin)
