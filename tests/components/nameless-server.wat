;; Lists a server without a name.
(func $read (param i32 i32) (result i32)
  (i32.store (i32.const 1028) (i32.const 2048))
  (i32.store (i32.const 1032) (i32.const 1))
  (i32.const 1024))
