;; Fails, with a reason that would clear the screen and turn the line around.
(func $read (param i32 i32) (result i32)
  (i32.store8 (i32.const 1024) (i32.const 1))
  (i32.store8 (i32.const 1028) (i32.const 2))
  (i32.store (i32.const 1032) (i32.const 512))
  (i32.store (i32.const 1036) (i32.const 13))
  (i32.const 1024))
(data (i32.const 512) "a\1b[2Jb\e2\80\aec\07d")
