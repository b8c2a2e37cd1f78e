//! Rust types <-> msgpack. Text and `Any` borrow from the bytes that they are read from.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use super::error::{Error, Result};
use super::sys::LODGE_RESOURCE_EXHAUSTED;
use super::writer::Writer;

/// Why a value could not be read, and where: "argument 2, element 1: expected str, got int".
#[derive(Clone, Debug)]
pub struct Mismatch {
    text: String,
    placed: bool,
}

impl Mismatch {
    pub fn new(text: impl Into<String>) -> Mismatch {
        Mismatch { text: text.into(), placed: false }
    }

    /// Says where, in front of what is said already.
    pub fn at(self, place: impl Display) -> Mismatch {
        let separator = if self.placed { ", " } else { ": " };
        Mismatch { text: format!("{}{}{}", place, separator, self.text), placed: true }
    }
}

impl Display for Mismatch {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        to.write_str(&self.text)
    }
}

/// A type that values can be read as.
pub trait Read<'a>: Sized {
    fn read(from: &mut Reader<'a>) -> std::result::Result<Self, Mismatch>;

    /// As a key of a map: how to say which one it is.
    fn key_word(&self) -> Option<String> {
        None
    }
}

/// Longer keys are called by their place.
fn text_key_word(text: &str) -> Option<String> {
    (text.len() <= 64).then(|| format!("key \"{}\"", text))
}

/// A type that does not borrow from what it is read from.
pub trait ReadOwned: for<'a> Read<'a> {}
impl<T: for<'a> Read<'a>> ReadOwned for T {}

/// A type that can be written as one value. RESOURCE_EXHAUSTED: there is no room.
pub trait Write {
    fn write(&self, to: &mut Writer) -> Result<()>;
}

/// Any value, as it is.
#[derive(Clone, Copy)]
pub struct Any<'a>(pub &'a [u8]);

/// Bytes, where a `&str` is text.
#[derive(Clone, Copy)]
pub struct Bin<'a>(pub &'a [u8]);

/// Reads borrowed bytes from front to back; where something cannot be read it stays where it was.
#[derive(Clone, Copy)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// What comes next: "nothing", "int", "str", ...
    pub fn next_type(&self) -> &'static str {
        match self.0.first() {
            None => "nothing",
            Some(0x00..=0x7f | 0xe0..=0xff | 0xcc..=0xd3) => "int",
            Some(0x80..=0x8f | 0xde | 0xdf) => "map",
            Some(0x90..=0x9f | 0xdc | 0xdd) => "list",
            Some(0xa0..=0xbf | 0xd9..=0xdb) => "str",
            Some(0xc0) => "nil",
            Some(0xc2 | 0xc3) => "bool",
            Some(0xc4..=0xc6) => "bin",
            Some(0xca | 0xcb) => "float",
            Some(_) => "bad bytes",
        }
    }

    /// What was read; or that something else comes next.
    pub fn expected<T>(&self, wanted: &str, read: Option<T>) -> std::result::Result<T, Mismatch> {
        read.ok_or_else(|| Mismatch::new(format!("expected {}, got {}", wanted, self.next_type())))
    }

    /// Reads exactly one value from `bytes`.
    pub fn one<T: Read<'a>>(bytes: &'a [u8]) -> std::result::Result<T, Mismatch> {
        let mut reader = Reader(bytes);
        let value = T::read(&mut reader)?;
        match reader.0.is_empty() {
            true => Ok(value),
            false => Err(Mismatch::new("more bytes behind the value")),
        }
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.0.get(..count)?;
        self.0 = &self.0[count..];
        Some(taken)
    }

    /// The number of `width` bytes behind the first one, which is passed over.
    fn number(&mut self, width: usize) -> Option<u64> {
        let bytes = self.take(1 + width)?;
        Some(bytes[1..].iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn read_int(&mut self) -> Option<i128> {
        let first = *self.0.first()?;
        Some(match first {
            0x00..=0x7f => self.number(0).map(|_| i128::from(first))?,
            0xe0..=0xff => self.number(0).map(|_| i128::from(first as i8))?,
            0xcc => self.number(1)?.into(),
            0xcd => self.number(2)?.into(),
            0xce => self.number(4)?.into(),
            0xcf => self.number(8)?.into(),
            0xd0 => (self.number(1)? as i8).into(),
            0xd1 => (self.number(2)? as i16).into(),
            0xd2 => (self.number(4)? as i32).into(),
            0xd3 => (self.number(8)? as i64).into(),
            _ => return None,
        })
    }

    /// A head's number: bytes of text (fix 0xa0), elements of a list (0x90), pairs of a map (0x80).
    fn head(&mut self, fix: u8, mask: u8, wide: &[(u8, usize)]) -> Option<u64> {
        let first = *self.0.first()?;
        if fix != 0 && first & !mask == fix {
            return self.number(0).map(|_| u64::from(first & mask));
        }
        let (_, width) = wide.iter().find(|(byte, _)| *byte == first)?;
        self.number(*width)
    }

    fn read_str(&mut self) -> Option<&'a [u8]> {
        let mut at = *self;
        let size = at.head(0xa0, 0x1f, &[(0xd9, 1), (0xda, 2), (0xdb, 4)])?;
        let text = at.take(size as usize)?;
        *self = at;
        Some(text)
    }

    fn read_bin(&mut self) -> Option<&'a [u8]> {
        let mut at = *self;
        let size = at.head(0, 0, &[(0xc4, 1), (0xc5, 2), (0xc6, 4)])?;
        let bytes = at.take(size as usize)?;
        *self = at;
        Some(bytes)
    }

    fn read_list(&mut self) -> Option<u64> {
        self.head(0x90, 0x0f, &[(0xdc, 2), (0xdd, 4)])
    }

    fn read_map(&mut self) -> Option<u64> {
        self.head(0x80, 0x0f, &[(0xde, 2), (0xdf, 4)])
    }

    /// One whole value. Needs no stack, however deeply it is nested.
    fn read_any(&mut self) -> Option<&'a [u8]> {
        let mut at = *self;
        let mut left: u64 = 1;
        while left > 0 {
            let inside = match at.next_type() {
                "int" => at.read_int().map(|_| 0),
                "str" => at.read_str().map(|_| 0),
                "bin" => at.read_bin().map(|_| 0),
                "list" => at.read_list(),
                "map" => at.read_map().map(|pairs| 2 * pairs),
                "float" => at.take(if at.0[0] == 0xca { 5 } else { 9 }).map(|_| 0),
                "nil" | "bool" => at.take(1).map(|_| 0),
                _ => None,
            };
            left = (left - 1).checked_add(inside?)?;
        }
        let whole = &self.0[..self.0.len() - at.0.len()];
        *self = at;
        Some(whole)
    }
}

impl<'a> Read<'a> for Any<'a> {
    fn read(from: &mut Reader<'a>) -> std::result::Result<Self, Mismatch> {
        let bytes = from.read_any();
        from.expected("one well-formed value", bytes).map(Any)
    }
}
impl Write for Any<'_> {
    fn write(&self, to: &mut Writer) -> Result<()> {
        to.append(self.0)
    }
}

/// nil.
impl Read<'_> for () {
    fn read(from: &mut Reader) -> std::result::Result<Self, Mismatch> {
        let nil = from.0.strip_prefix(&[0xc0]);
        from.0 = from.expected("nil", nil)?;
        Ok(())
    }
}
impl Write for () {
    fn write(&self, to: &mut Writer) -> Result<()> {
        to.append(&[0xc0])
    }
}

impl Read<'_> for bool {
    fn read(from: &mut Reader) -> std::result::Result<Self, Mismatch> {
        let read = match from.0 {
            [first @ (0xc2 | 0xc3), rest @ ..] => Some((*first == 0xc3, rest)),
            _ => None,
        };
        let (value, rest) = from.expected("bool", read)?;
        from.0 = rest;
        Ok(value)
    }
}
impl Write for bool {
    fn write(&self, to: &mut Writer) -> Result<()> {
        to.append(&[if *self { 0xc3 } else { 0xc2 }])
    }
}

/// In its shortest form.
fn write_int(value: i128, to: &mut Writer) -> Result<()> {
    let bits = (value as u64).to_be_bytes();
    let (first, width) = match value {
        -32..=0x7f => return to.append(&bits[7..]),
        0x80..=0xff => (0xcc, 1),
        0x100..=0xffff => (0xcd, 2),
        0x1_0000..=0xffff_ffff => (0xce, 4),
        -0x80..=-33 => (0xd0, 1),
        -0x8000..=-0x81 => (0xd1, 2),
        -0x8000_0000..=-0x8001 => (0xd2, 4),
        _ => (if value < 0 { 0xd3 } else { 0xcf }, 8),
    };
    write_wide(first, &bits[8 - width..], to)
}

fn write_wide(first: u8, number: &[u8], to: &mut Writer) -> Result<()> {
    let mut head = [first; 9];
    head[1..=number.len()].copy_from_slice(number);
    to.append(&head[..=number.len()])
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Read<'_> for $type {
            fn read(from: &mut Reader) -> std::result::Result<Self, Mismatch> {
                let mut at = *from;
                let read = at.read_int();
                let number = from.expected("int", read)?;
                let value = <$type>::try_from(number).map_err(|_| {
                    Mismatch::new(format!("{} is out of range ({} to {})", number, <$type>::MIN, <$type>::MAX))
                })?;
                *from = at;
                Ok(value)
            }

            fn key_word(&self) -> Option<String> {
                Some(format!("key {}", self))
            }
        }
        impl Write for $type {
            fn write(&self, to: &mut Writer) -> Result<()> {
                write_int((*self).into(), to)
            }
        }
    )*};
}
integers! { i32 i64 u32 u64 }

/// Reads integers too: in many languages 3.0 is written as 3.
impl Read<'_> for f64 {
    fn read(from: &mut Reader) -> std::result::Result<Self, Mismatch> {
        let mut at = *from;
        let read = match at.0.first() {
            Some(0xca) => at.number(4).map(|bits| f32::from_bits(bits as u32).into()),
            Some(0xcb) => at.number(8).map(f64::from_bits),
            _ => at.read_int().map(|whole| whole as f64),
        };
        let value = from.expected("float", read)?;
        *from = at;
        Ok(value)
    }
}
impl Write for f64 {
    fn write(&self, to: &mut Writer) -> Result<()> {
        write_wide(0xcb, &self.to_bits().to_be_bytes(), to)
    }
}

impl<'a> Read<'a> for &'a str {
    fn read(from: &mut Reader<'a>) -> std::result::Result<Self, Mismatch> {
        let mut at = *from;
        let read = at.read_str();
        let text = std::str::from_utf8(from.expected("str", read)?)
            .map_err(|_| Mismatch::new("expected str, got text that is not UTF-8"))?;
        *from = at;
        Ok(text)
    }

    fn key_word(&self) -> Option<String> {
        text_key_word(self)
    }
}
impl Write for &str {
    fn write(&self, to: &mut Writer) -> Result<()> {
        write_head(self.len(), 0xa0, 31, &[(0xd9, 1), (0xda, 2), (0xdb, 4)], to)?;
        to.append(self.as_bytes())
    }
}

impl Read<'_> for String {
    fn read(from: &mut Reader) -> std::result::Result<Self, Mismatch> {
        <&str>::read(from).map(String::from)
    }

    fn key_word(&self) -> Option<String> {
        text_key_word(self)
    }
}
impl Write for String {
    fn write(&self, to: &mut Writer) -> Result<()> {
        self.as_str().write(to)
    }
}

impl<'a> Read<'a> for Bin<'a> {
    fn read(from: &mut Reader<'a>) -> std::result::Result<Self, Mismatch> {
        let read = from.read_bin();
        from.expected("bin", read).map(Bin)
    }
}
impl Write for Bin<'_> {
    fn write(&self, to: &mut Writer) -> Result<()> {
        write_head(self.0.len(), 0, 0, &[(0xc4, 1), (0xc5, 2), (0xc6, 4)], to)?;
        to.append(self.0)
    }
}

/// Of `wide` the first form that holds `size`; up to `most` it stands in the first byte.
fn write_head(size: usize, fix: u8, most: usize, wide: &[(u8, u32)], to: &mut Writer) -> Result<()> {
    if fix != 0 && size <= most {
        return to.append(&[fix | size as u8]);
    }
    for (first, width) in wide {
        if (size as u64) < 1 << (8 * width) {
            return write_wide(*first, &(size as u64).to_be_bytes()[8 - *width as usize..], to);
        }
    }
    Err(Error::new(LODGE_RESOURCE_EXHAUSTED, "longer than a value can be"))
}

impl<'a, T: Read<'a>> Read<'a> for Vec<T> {
    fn read(from: &mut Reader<'a>) -> std::result::Result<Self, Mismatch> {
        let read = from.read_list();
        let count = from.expected("list", read)?;
        (1..=count).map(|at| T::read(from).map_err(|why| why.at(format!("element {}", at)))).collect()
    }
}
impl<T: Write> Write for Vec<T> {
    fn write(&self, to: &mut Writer) -> Result<()> {
        write_head(self.len(), 0x90, 15, &[(0xdc, 2), (0xdd, 4)], to)?;
        self.iter().try_for_each(|each| each.write(to))
    }
}

impl<'a, K: Read<'a> + Ord, V: Read<'a>> Read<'a> for BTreeMap<K, V> {
    fn read(from: &mut Reader<'a>) -> std::result::Result<Self, Mismatch> {
        let read = from.read_map();
        let count = from.expected("map", read)?;
        let mut map = BTreeMap::new();
        for at in 1..=count {
            let key = K::read(from).map_err(|why| why.at(format!("key of entry {}", at)))?;
            let value = V::read(from)
                .map_err(|why| why.at(key.key_word().unwrap_or_else(|| format!("value of entry {}", at))))?;
            map.insert(key, value);
        }
        Ok(map)
    }
}
impl<K: Write, V: Write> Write for BTreeMap<K, V> {
    fn write(&self, to: &mut Writer) -> Result<()> {
        write_head(self.len(), 0x80, 15, &[(0xde, 2), (0xdf, 4)], to)?;
        self.iter().try_for_each(|(key, value)| key.write(to).and_then(|()| value.write(to)))
    }
}

/// nil: no value.
impl<'a, T: Read<'a>> Read<'a> for Option<T> {
    fn read(from: &mut Reader<'a>) -> std::result::Result<Self, Mismatch> {
        match from.0.first() {
            Some(0xc0) => <()>::read(from).map(|()| None),
            _ => T::read(from).map(Some),
        }
    }
}
impl<T: Write> Write for Option<T> {
    fn write(&self, to: &mut Writer) -> Result<()> {
        match self {
            Some(value) => value.write(to),
            None => ().write(to),
        }
    }
}

/// A list of exactly two.
impl<'a, A: Read<'a>, B: Read<'a>> Read<'a> for (A, B) {
    fn read(from: &mut Reader<'a>) -> std::result::Result<Self, Mismatch> {
        let read = from.read_list();
        let count = from.expected("list", read)?;
        if count != 2 {
            return Err(Mismatch::new(format!("expected a list of 2, got one of {}", count)));
        }
        let first = A::read(from).map_err(|why| why.at("element 1"))?;
        Ok((first, B::read(from).map_err(|why| why.at("element 2"))?))
    }
}
impl<A: Write, B: Write> Write for (A, B) {
    fn write(&self, to: &mut Writer) -> Result<()> {
        to.append(&[0x92])?;
        self.0.write(to)?;
        self.1.write(to)
    }
}

/// Values one after another: what a call carries. Tuples of references, `(&a, &b)`.
pub trait Values {
    const COUNT: u32;
    fn write_all(&self, to: &mut Writer) -> Result<()>;
}

macro_rules! values {
    ($count:literal $($type:ident)*) => {
        impl<$($type: Write),*> Values for ($(&$type,)*) {
            const COUNT: u32 = $count;
            #[allow(non_snake_case, unused_variables)]
            fn write_all(&self, to: &mut Writer) -> Result<()> {
                let ($($type,)*) = self;
                $($type.write(to)?;)*
                Ok(())
            }
        }
    };
}
values! { 0 }
values! { 1 A }
values! { 2 A B }
values! { 3 A B C }
values! { 4 A B C D }
values! { 5 A B C D E }
values! { 6 A B C D E F }
