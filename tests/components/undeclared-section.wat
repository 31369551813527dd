;; Changes a section that is not its own: `other` of `d`, where it was given `mcpServers`.
(func $write (param i32 i32 i32 i32) (result i32)
  ;; One outcome, done without a loss.
  (i32.store (i32.const 1036) (i32.const 3072))
  (i32.store (i32.const 1040) (i32.const 1))
  ;; One section: document, path, value.
  (i32.store (i32.const 1028) (i32.const 2048))
  (i32.store (i32.const 1032) (i32.const 1))
  (i32.store (i32.const 2048) (i32.const 512))
  (i32.store (i32.const 2052) (i32.const 1))
  (i32.store (i32.const 2056) (i32.const 2560))
  (i32.store (i32.const 2060) (i32.const 1))
  (i32.store (i32.const 2560) (i32.const 513))
  (i32.store (i32.const 2564) (i32.const 5))
  (i32.const 1024))
(data (i32.const 512) "dother")
