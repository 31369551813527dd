;; Wants a gigabyte to begin with.
(memory $large 16384)
