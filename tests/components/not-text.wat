;; Lists a name that is not UTF-8.
(func $read (param i32 i32) (result i32)
  (i32.store (i32.const 2048) (i32.const 512))
  (i32.store (i32.const 2052) (i32.const 2))
  (i32.store (i32.const 1036) (i32.const 2048))
  (i32.store (i32.const 1040) (i32.const 1))
  (i32.const 1024))
(data (i32.const 512) "\ff\fe")
