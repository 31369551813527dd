;; Calls itself without an end, and keeps enough alive to need a frame for it.
(func $deeper (param $depth i32) (result i32)
  (i32.add
    (call $deeper (i32.add (local.get $depth) (i32.const 1)))
    (call $deeper (i32.add (local.get $depth) (i32.const 2)))))
(func $read (param i32 i32) (result i32)
  (call $deeper (i32.const 0)))
