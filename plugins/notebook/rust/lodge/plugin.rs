//! What a plugin is: a type with hooks, and a descriptor made by `lodge::declare_plugin!`.

use super::call::Verdict;
use super::error::Result;
use super::host::Host;
use super::msgpack::Any;
use super::sys::*;

/// One instance serves one service. The host calls it from several threads at once.
pub trait Plugin: Send + Sync + Sized + 'static {
    /// Makes an instance; it is dropped when the service is gone. Settings can be read already.
    fn create(host: Host) -> Result<Self>;

    /// Checks or changes the service's configuration: a map, one map a plugin, named after it. Continue: as it is; Done:
    /// replaced by this one; an error: the service does not start.
    fn config(&self, _config: Any) -> Result<Verdict> {
        Ok(Verdict::Continue)
    }

    /// Acquire what the instance needs.
    fn start(&self) -> Result<()> {
        Ok(())
    }

    /// Release.
    fn stop(&self) -> Result<()> {
        Ok(())
    }
}

/// Constant data that holds pointers.
#[repr(transparent)]
pub struct Constant<T>(pub T);
unsafe impl<T> Sync for Constant<T> {}

pub const fn list_of<T>(items: &'static [T]) -> lodge_list {
    lodge_list { items: items.as_ptr().cast(), count: items.len() as u32, item_size: std::mem::size_of::<T>() as u32 }
}

/// The plugin's descriptor and its one exported symbol, once in a library. See mod.rs for an example.
macro_rules! declare_plugin {
    (
        $type:ty, $name:expr, $version:literal, $summary:literal;
        needs: [$($need:ident),* $(,)?];
        settings: [$($setting:ident: $setting_type:ident = $default:expr, $setting_doc:literal;)*];
        callbacks: [$(
            $([$($flag:ident)|+])? $callback:ident($(
                $first:ident: $first_type:ident $(, $param:ident: $param_type:ident)*
            )?) $(-> $result:ident)?, $doc:literal;
        )*];
    ) => {
        #[no_mangle]
        pub extern "C" fn lodge_plugin_v1() -> *const $crate::lodge::sys::lodge_plugin {
            use $crate::lodge::sys::*;
            use $crate::lodge::{border, list_of, Answer, Constant};

            const NEEDS: &[*const c_char] = &[$($need.as_ptr().cast()),*];
            const SETTINGS: &[lodge_setting] = &[$(lodge_setting {
                name: concat!(stringify!($setting), "\0").as_ptr().cast(),
                r#type: $setting_type,
                flags: 0,
                default_value: {
                    const DEFAULT: &[u8] = $default;
                    lodge_slice { data: DEFAULT.as_ptr().cast(), size: DEFAULT.len() }
                },
                doc: concat!($setting_doc, "\0").as_ptr().cast(),
                constraints: lodge_slice { data: std::ptr::null(), size: 0 },
            }),*];
            const CALLBACKS: &[lodge_callback] = &[$(lodge_callback {
                name: concat!(stringify!($callback), "\0").as_ptr().cast(),
                r#fn: {
                    unsafe extern "C" fn entry(
                        this: *mut c_void,
                        call: *const lodge_call,
                        out: *mut lodge_writer,
                    ) -> i32 {
                        border::callback::<$type>(this, call, out, |plugin, call, arguments, out| {
                            $(
                                let $first = arguments.next()?;
                                $(let $param = arguments.next()?;)*
                            )?
                            let _ = arguments;
                            plugin.$callback(call $(, $first $(, $param)*)?).give(out)
                        })
                    }
                    entry
                },
                arity: {
                    const NAMES: &[&str] = &[$(stringify!($first) $(, stringify!($param))*)?];
                    NAMES.len() as u32
                },
                flags: 0 $($(| $flag)+)?,
                params: concat!(
                    $(
                        stringify!($first), ": ", stringify!($first_type),
                        $(", ", stringify!($param), ": ", stringify!($param_type),)*
                    )?
                    "\0"
                ).as_ptr().cast(),
                result: [$(concat!(stringify!($result), "\0").as_ptr().cast(),)? std::ptr::null()][0],
                doc: concat!($doc, "\0").as_ptr().cast(),
            }),*];
            static HOOKS: Constant<lodge_hooks> = Constant(border::hooks::<$type>());
            static PLUGIN: Constant<lodge_plugin> = Constant(lodge_plugin {
                struct_size: std::mem::size_of::<lodge_plugin>(),
                abi: LODGE_ABI,
                flags: 0,
                sdk_version: LODGE_SDK_VERSION.as_ptr().cast(),
                name: concat!($name, "\0").as_ptr().cast(),
                version: concat!($version, "\0").as_ptr().cast(),
                summary: concat!($summary, "\0").as_ptr().cast(),
                group: std::ptr::null(),
                dependencies: list_of::<lodge_dependency>(&[]),
                needs: list_of(NEEDS),
                settings: list_of(SETTINGS),
                callbacks: list_of(CALLBACKS),
                hooks: &HOOKS.0,
                sdk_build_id: std::ptr::null(),
            });
            &PLUGIN.0
        }
    };
}
pub(crate) use declare_plugin;
