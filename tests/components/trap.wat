;; Gives up.
(func $read (param i32 i32) (result i32) (unreachable))
