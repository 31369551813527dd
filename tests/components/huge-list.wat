;; Lists a million names, all of them in the same few bytes: it has a megabyte and a half
;; of memory, and the answer would have fifty megabytes.
(func $read (param i32 i32) (result i32)
  (local $at i32)
  (drop (memory.grow (i32.const 160)))
  (local.set $at (i32.const 262144))
  (loop $again
    (i32.store (local.get $at) (i32.const 512))
    (i32.store offset=4 (local.get $at) (i32.const 26))
    (local.set $at (i32.add (local.get $at) (i32.const 8)))
    (br_if $again (i32.lt_u (local.get $at) (i32.const 8650752))))
  (i32.store (i32.const 1036) (i32.const 262144))
  (i32.store (i32.const 1040) (i32.const 1000000))
  (i32.const 1024))
(data (i32.const 512) "abcdefghijklmnopqrstuvwxyz")
