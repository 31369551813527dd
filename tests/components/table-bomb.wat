;; Takes a table of ten million elements.
(table $table 0 funcref)
(func $read (param i32 i32) (result i32)
  (drop (table.grow $table (ref.null func) (i32.const 10000000)))
  (unreachable))
