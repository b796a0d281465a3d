//! `#[job]`: the module's exports (docs/abi.md, section 3), each a call into the crate.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Error, LitStr, MetaNameValue, Result, Token};

/// The function as it is, and beside it the exports.
pub fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let name = name_of(&item)?;
    let (id, namespace) = names(arguments, &name)?;
    let entry = format_ident!("__lightflus_{}", name);
    Ok(quote! {
        // Natively only tests call it.
        #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
        #item

        #[cfg(target_arch = "wasm32")]
        #[allow(non_snake_case)]
        mod #entry {
            use ::lightflus::__private::{self as lf, Answer, Call, Description};

            #[unsafe(no_mangle)]
            extern "C" fn lf_abi_v1() {}

            #[unsafe(no_mangle)]
            extern "C" fn lf_describe() -> *const Description {
                lf::describe(super::#name, #id, #namespace)
            }

            #[unsafe(no_mangle)]
            extern "C" fn lf_row() -> *const u32 {
                lf::row()
            }

            #[unsafe(no_mangle)]
            extern "C" fn lf_alloc(size: usize) -> *mut u8 {
                lf::allocate(size)
            }

            #[unsafe(no_mangle)]
            extern "C" fn lf_reset() {
                lf::reset();
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn lf_apply(call: *const Call) -> *const Answer {
                unsafe { lf::apply(call) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn lf_fold(call: *const Call) -> *const Answer {
                unsafe { lf::fold(call) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn lf_merge(call: *const Call) -> *const Answer {
                unsafe { lf::merge(call) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn lf_finish(call: *const Call) -> *const Answer {
                unsafe { lf::finish(call) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn lf_process(call: *const Call) -> *const Answer {
                unsafe { lf::process(call) }
            }
        }
    })
}

/// The identifier after `fn`.
fn name_of(item: &TokenStream) -> Result<Ident> {
    let mut is_next = false;
    for token in item.clone() {
        if let TokenTree::Ident(word) = token {
            if is_next {
                return Ok(word);
            }
            is_next = word == "fn";
        }
    }
    Err(Error::new_spanned(item, "#[job] belongs on a function: fn word_count(job: &Job) { ... }"))
}

/// The job's id and namespace.
fn names(arguments: TokenStream, function: &Ident) -> Result<(LitStr, LitStr)> {
    let mut id = LitStr::new(&function.to_string(), function.span());
    let mut namespace = LitStr::new("default", function.span());
    for argument in Punctuated::<MetaNameValue, Token![,]>::parse_terminated.parse2(arguments)? {
        let value = &argument.value;
        let text = syn::parse2::<LitStr>(quote!(#value))?;
        if argument.path.is_ident("id") {
            id = text;
        } else if argument.path.is_ident("namespace") {
            namespace = text;
        } else {
            return Err(Error::new_spanned(argument.path, "a job has an `id` and a `namespace`"));
        }
    }
    Ok((id, namespace))
}
