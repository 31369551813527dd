;; Wants a gigabyte to begin with.
(memory $memory 16384)
