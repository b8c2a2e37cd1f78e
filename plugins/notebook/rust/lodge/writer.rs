//! Appending to a buffer that the receiver owns, and owning one.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

use super::error::{Error, Result};
use super::sys::*;

/// Somebody's lodge_writer. Used by one thread at a time.
#[repr(transparent)]
pub struct Writer(lodge_writer);

impl Writer {
    /// # Safety
    /// `raw` is a lodge_writer as types.h describes it, and nobody else uses it for as long as this borrow lives.
    pub(super) unsafe fn borrow<'a>(raw: *mut lodge_writer) -> &'a mut Writer {
        &mut *raw.cast::<Writer>()
    }

    /// RESOURCE_EXHAUSTED, with nothing appended.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let raw = &mut self.0;
        if bytes.len() > raw.capacity - raw.size {
            let code = unsafe { (raw.reserve)(raw, bytes.len()) };
            if code != LODGE_OK {
                return Err(Error::new(code, "the result does not fit"));
            }
        }
        if !bytes.is_empty() {
            unsafe { raw.data.add(raw.size).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        }
        raw.size += bytes.len();
        Ok(())
    }

    pub fn bytes(&self) -> &[u8] {
        if self.0.size == 0 {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(self.0.data, self.0.size) }
    }

    /// Takes back what was appended.
    pub fn clear(&mut self) {
        self.0.size = 0;
    }

    pub(super) fn raw(&mut self) -> *mut lodge_writer {
        &mut self.0
    }
}

/// A writer of one's own, on the heap.
pub struct Buffer(Writer);

// The memory is this value's alone.
unsafe impl Send for Buffer {}
unsafe impl Sync for Buffer {}

impl Buffer {
    pub fn new() -> Buffer {
        Buffer(Writer(lodge_writer { data: std::ptr::null_mut(), size: 0, capacity: 0, reserve: grow }))
    }
}

/// The memory of a Buffer is that of a Vec.
unsafe extern "C" fn grow(w: *mut lodge_writer, more: usize) -> i32 {
    let w = &mut *w;
    let mut memory = ManuallyDrop::new(match w.data.is_null() {
        true => Vec::new(),
        false => Vec::from_raw_parts(w.data, w.size, w.capacity),
    });
    if memory.try_reserve(more).is_err() {
        return LODGE_RESOURCE_EXHAUSTED;
    }
    w.data = memory.as_mut_ptr();
    w.capacity = memory.capacity();
    LODGE_OK
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let raw = &self.0 .0;
        if !raw.data.is_null() {
            drop(unsafe { Vec::from_raw_parts(raw.data, raw.size, raw.capacity) });
        }
    }
}

impl Deref for Buffer {
    type Target = Writer;
    fn deref(&self) -> &Writer {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Writer {
        &mut self.0
    }
}
