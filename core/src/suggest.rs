//! "Did you mean": which known names are like one that is not known.

/// Up to three known names that are like `name`, the most alike first.
pub fn nearest(name: &str, known: &[String]) -> Vec<String> {
    let likeness =
        |candidate: &String| strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
    let mut scored: Vec<_> =
        known.iter().map(|candidate| (likeness(candidate), candidate)).collect();
    scored.retain(|(score, _)| *score >= 0.75);
    scored.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    scored.into_iter().take(3).map(|(_, candidate)| candidate.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes_find_their_name() {
        let known = ["cursor", "claude-desktop", "gemini", "lmstudio"].map(str::to_owned);
        for (typed, meant) in
            [("curser", "cursor"), ("claude", "claude-desktop"), ("lm-studio", "lmstudio")]
        {
            assert_eq!(nearest(typed, &known).first().map(String::as_str), Some(meant), "{typed}");
        }
        assert!(nearest("zzz", &known).is_empty());
    }
}
