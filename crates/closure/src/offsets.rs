//! From byte offsets (oxc) to UTF-16 offsets (JavaScript).

/// Translates offsets of one source text; ASCII text needs no table.
pub(crate) struct Offsets<'s> {
    source: &'s str,
    /// Bytes put in front of the source before it was parsed.
    prefix: u32,
    ascii: bool,
}

impl<'s> Offsets<'s> {
    pub(crate) fn new(source: &'s str, prefix: u32) -> Self {
        Self { source, prefix, ascii: source.is_ascii() }
    }

    /// The UTF-16 offset in the source of a byte offset in the parsed text.
    pub(crate) fn utf16(&self, parsed: u32) -> u32 {
        let byte = parsed.saturating_sub(self.prefix);
        if self.ascii {
            return byte;
        }
        let end = (byte as usize).min(self.source.len());
        let units: usize = self.source[..end].chars().map(char::len_utf16).sum();
        u32::try_from(units).unwrap_or(u32::MAX)
    }
}
