;; Reads where it has no memory.
(func $read (param i32 i32) (result i32) (i32.load (i32.const -8)))
