//! Nothing else moves: what a sync leaves of real files, to the byte.

use hatch_tests::TestHome;

use crate::common::{
    CLAUDE, CURSOR, DEV, FILES, GEMINI, LMSTUDIO, assert_unchanged, has, hosts_with, state,
};

const SYNC: &str = "mcp sync --from-env dev --to-host all --auto-approve";

/// What is put after a text of a file.
fn insert(before: &[u8], anchor: &str, text: &str) -> String {
    let before = String::from_utf8(before.to_vec()).unwrap();
    assert_eq!(before.matches(anchor).count(), 1, "`{anchor}` is once in the fixture");
    before.replace(anchor, &format!("{anchor}{text}"))
}

#[test]
fn each_host_s_file_changes_where_it_has_to() {
    let home = hosts_with("dev", DEV);
    let before = FILES.map(|file| home.read(file));
    home.line(SYNC).ends(0);

    // CRLF, an indentation of four, settings before and a name that is not ASCII.
    let claude = insert(
        &before[0],
        "            \"icon\": \"notes.png\"\r\n        }",
        ",\r\n        \"dev-tools\": {\r\n            \"command\": \"tools\",\r\n            \
         \"args\": [\"--fast\"],\r\n            \"env\": {\r\n                \"LEVEL\": \"3\"\r\n\
         \x20           }\r\n        }",
    );
    assert_eq!(home.text(CLAUDE), claude);

    // Tabs, and no last newline.
    let cursor = insert(
        &before[1],
        "\t\t\t\t\"reviewed\": \"2026-03-01\"\n\t\t\t}\n\t\t}",
        ",\n\t\t\"dev-tools\": {\n\t\t\t\"command\": \"tools\",\n\t\t\t\"args\": [\"--fast\"],\n\
         \t\t\t\"env\": {\n\t\t\t\t\"LEVEL\": \"3\"\n\t\t\t}\n\t\t}",
    );
    assert_eq!(home.text(CURSOR), cursor);

    // Comments, and neighbours on one line.
    let gemini = insert(
        &before[2],
        "    \"experimental-server\": { \"command\": \"./bin/exp\" }",
        ",\n    \"dev-tools\": {\n      \"command\": \"tools\",\n      \"args\": [\"--fast\"],\n\
         \x20     \"env\": {\n        \"LEVEL\": \"3\"\n      }\n    }",
    );
    assert_eq!(home.text(GEMINI), gemini);

    let lmstudio = insert(
        &before[3],
        "        \"OPENAI_API_BASE\": \"http://localhost:1234/v1\"\n      }\n    }",
        ",\n    \"dev-tools\": {\n      \"command\": \"tools\",\n      \"args\": [\"--fast\"],\n\
         \x20     \"env\": {\n        \"LEVEL\": \"3\"\n      }\n    }",
    );
    assert_eq!(home.text(LMSTUDIO), lmstudio);

    let before = state(&home);
    has(&home.line(SYNC).expect(0).stdout, &["Nothing to do"]);
    assert_unchanged(&home, &before);
}

#[test]
fn a_changed_value_alone_is_another() {
    let home = hosts_with(
        "dev",
        r#"{ "mcpServers": { "playwright": { "command": "npx", "args": ["@playwright/mcp@2"] } } }"#,
    );
    let before = home.text(LMSTUDIO);
    home.line("mcp sync --from-env dev --to-host lmstudio --auto-approve").ends(0);
    assert_eq!(home.text(LMSTUDIO), before.replace("@playwright/mcp@latest", "@playwright/mcp@2"));
}

#[test]
fn what_only_the_host_knows_stays_in_an_entry_that_changes() {
    let home = hosts_with(
        "dev",
        r#"{ "mcpServers": { "old-notes": { "command": "cmd", "args": ["/c", "npx", "-y", "notes-mcp"],
             "env": { "NOTES_DIR": "E:\\Notes" } } } }"#,
    );
    let before = home.text(CLAUDE);
    home.line("mcp sync --from-env dev --to-host claude-desktop --auto-approve").ends(0);
    assert_eq!(home.text(CLAUDE), before.replace("D:\\\\Notes", "E:\\\\Notes"));
}

#[test]
fn a_byte_order_mark_is_read_and_never_written() {
    for file in FILES {
        let home = hosts_with("dev", DEV);
        let plain = home.read(file);
        home.line(SYNC).ends(0);
        let expected = home.read(file);
        let marked = [b"\xef\xbb\xbf".as_slice(), &plain].concat();
        home.write(file, &marked);

        has(&home.line("mcp list hosts").expect(0).stdout, &["claude-desktop", "cursor"]);
        home.line(&format!("{SYNC} --on-conflict overwrite")).ends(0);
        assert_eq!(home.read(file), expected, "{file}");

        // Without a change it stays.
        let still = [b"\xef\xbb\xbf".as_slice(), &expected].concat();
        home.write(file, &still);
        has(&home.line(SYNC).expect(0).stdout, &["Nothing to do"]);
        assert_eq!(home.read(file), still, "{file}");
    }
}

#[test]
fn an_empty_file_and_a_missing_one_get_the_same_text() {
    let expected = "{\n  \"mcpServers\": {\n    \"dev-tools\": {\n      \"command\": \"tools\",\n\
                    \x20     \"args\": [\"--fast\"],\n      \"env\": {\n        \"LEVEL\": \"3\"\n      }\n    }\n  }\n}\n";
    let home = TestHome::new();
    home.environment("dev", DEV);
    home.write(CLAUDE, "");
    home.write(GEMINI, "  \n");
    std::fs::create_dir_all(home.join(".cursor")).unwrap();
    let run = home.line(SYNC).expect(0);
    has(&run.stdout, &["cursor  ~/.cursor/mcp.json (new)", "Done: 3 hosts changed."]);
    assert_eq!(home.text(CLAUDE), expected);
    assert_eq!(home.text(CURSOR), expected);
    assert!(!home.join(".lmstudio").exists());
    let gemini: serde_json::Value = serde_json::from_str(&home.text(GEMINI)).unwrap();
    assert_eq!(gemini["mcpServers"]["dev-tools"]["command"], "tools");
}

#[test]
fn a_container_that_is_null_or_absent_is_filled() {
    let home = TestHome::new();
    home.environment("dev", r#"{ "mcpServers": { "a": { "command": "b" } } }"#);
    home.write(CURSOR, "{\n  \"mcpServers\": null,\n  \"x\": 1.50\n}\n");
    home.write(GEMINI, "{ \"general\": {} }");
    home.line(SYNC).ends(0);
    let cursor = home.text(CURSOR);
    has(&cursor, &["\"x\": 1.50\n}\n", "\"a\": {"]);
    has(&home.text(GEMINI), &["{ \"general\": {}", "\"command\": \"b\""]);
}

#[test]
fn odd_spellings_outside_the_edit_survive() {
    let odd = "{\n  \"n\" : [1.50, -0, 1e400, 12345678901234567890123, \"\\u00e9\\/\"],\n  \"mcpServers\" : {\n    \"a\" : { \"command\" : \"x\\/y\" , \"timeout\" : 1e3 }\n  },\n\n  \"n\" : 2\n}\n";
    let home = TestHome::new();
    home.environment("dev", r#"{ "mcpServers": { "b": { "command": "c" } } }"#);
    home.write(CURSOR, odd);
    home.line(SYNC).ends(0);
    let after = home.text(CURSOR);
    let at = after.find(",\n    \"b\"").expect("the new member");
    let end = after.rfind("\n  },\n\n").expect("the end of the container");
    assert_eq!(format!("{}{}", &after[..at], &after[end..]), odd);
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    #[test]
    fn modes_stay_and_a_new_file_is_its_owner_s() {
        let home = hosts_with("dev", DEV);
        for (file, mode) in FILES.iter().zip([0o644, 0o600, 0o664, 0o640]) {
            fs::set_permissions(home.join(file), Permissions::from_mode(mode)).unwrap();
        }
        home.line(SYNC).ends(0);
        for (file, mode) in FILES.iter().zip([0o644, 0o600, 0o664, 0o640]) {
            assert_eq!(home.join(file).metadata().unwrap().mode() & 0o7777, mode, "{file}");
        }
        fs::remove_file(home.join(CURSOR)).unwrap();
        home.line(SYNC).ends(0);
        assert_eq!(home.join(CURSOR).metadata().unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_changes() {
        let home = hosts_with("dev", DEV);
        home.line(SYNC).ends(0);
        let expected = home.read(CURSOR);

        let home = hosts_with("dev", DEV);
        let before = home.read(CURSOR);
        // Out of the folder, through a link to a link, and through a linked folder.
        home.write("dotfiles/cursor/real.json", &before);
        fs::remove_file(home.join(CURSOR)).unwrap();
        symlink("../dotfiles/first.json", home.join(CURSOR)).unwrap();
        symlink("cursor/real.json", home.join("dotfiles/first.json")).unwrap();
        fs::rename(home.join(".gemini"), home.join("dotfiles/gemini")).unwrap();
        symlink(home.join("dotfiles/gemini"), home.join(".gemini")).unwrap();
        let run = home.line(SYNC).expect(0);
        has(&run.stdout, &["cursor  ~/.cursor/mcp.json\n", "gemini  ~/.gemini/settings.json\n"]);

        assert_eq!(
            fs::read_link(home.join(CURSOR)).unwrap().to_str(),
            Some("../dotfiles/first.json")
        );
        assert!(home.join("dotfiles/first.json").is_symlink());
        assert!(!home.join("dotfiles/cursor/real.json").is_symlink());
        assert_eq!(home.read("dotfiles/cursor/real.json"), expected);
        assert!(home.join(".gemini").is_symlink());
        has(&home.text("dotfiles/gemini/settings.json"), &["dev-tools"]);

        let before = state(&home);
        has(&home.line(SYNC).expect(0).stdout, &["Nothing to do"]);
        assert_unchanged(&home, &before);
    }

    #[test]
    fn a_link_to_nothing_and_one_in_a_circle_are_errors() {
        let home = hosts_with("dev", DEV);
        fs::remove_file(home.join(CURSOR)).unwrap();
        symlink("mcp.json", home.join(CURSOR)).unwrap();
        let error = crate::common::fails(&home, SYNC, 1);
        has(&error, &["Cursor (cursor) can't be read", "~/.cursor/mcp.json", "is a link that"]);
    }

    #[test]
    fn two_hosts_with_one_file_are_an_error() {
        let home = hosts_with("dev", DEV);
        fs::remove_file(home.join(LMSTUDIO)).unwrap();
        symlink(home.join(CURSOR), home.join(LMSTUDIO)).unwrap();
        let error = crate::common::fails(&home, SYNC, 1);
        has(
            &error,
            &["`cursor` and `lmstudio` keep their servers in one file", "name one of them"],
        );
        home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    }

    /// The time of a file that a run did not need to write is not touched either, when others
    /// are written in the same run.
    #[test]
    fn hosts_that_need_nothing_are_not_written_beside_others() {
        let home = hosts_with("dev", DEV);
        home.line("mcp sync --from-env dev --to-host cursor,gemini --auto-approve").ends(0);
        let before = home.files();
        has(&home.line(SYNC).expect(0).stdout, &["Done: 2 hosts changed."]);
        let after = home.files();
        for file in [CURSOR, GEMINI] {
            let path = home.join(file);
            assert_eq!(before[&path].2, after[&path].2, "{file}");
            assert_eq!(before[&path].0, after[&path].0, "{file}");
        }
    }
}
