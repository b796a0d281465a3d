//! `#[derive(Record)]`: a reader and a builder with one part per field, and `Value` in terms of them.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{format_ident, quote, ToTokens};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Fields, GenericParam, Ident, LitStr, Result, Type};

struct Field<'a> {
    ident: &'a Ident,
    column: String,
    kind: &'a Type,
    part: Ident,
    number: usize,
}

/// The implementation of `Value` for a struct.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(input)?;
    let lifetime = lifetime(input)?;
    refuse_static(&fields)?;
    let name = &input.ident;
    let arguments = input.generics.split_for_impl().1;
    let (ident, part, kind) = (each(&fields, |f| f.ident), each(&fields, |f| &f.part), each(&fields, |f| f.kind));
    let (column, number) = (fields.iter().map(|f| &f.column), fields.iter().map(|f| f.number));
    Ok(quote! {
        const _: () = {
            use ::lightflus::__private as lf;

            #[derive(Clone, Copy)]
            pub struct Reader<#lifetime> { #(#part: <#kind as lf::Value<#lifetime>>::Reader,)* }

            pub struct Builder<#lifetime> { #(#part: <#kind as lf::Value<#lifetime>>::Builder,)* }

            impl<#lifetime> lf::Builder for Builder<#lifetime> {
                fn with_room(room: usize) -> Self {
                    Builder { #(#part: lf::Builder::with_room(room),)* }
                }

                fn grow(&mut self, rows: usize, room: usize) {
                    #(lf::Builder::grow(&mut self.#part, rows, room);)*
                }

                fn write_nothing(&mut self, row: usize) {
                    #(lf::Builder::write_nothing(&mut self.#part, row);)*
                }

                fn finish(self, rows: usize) -> &'static mut lf::ArrowArray {
                    lf::array(rows, &[::core::ptr::null()], &[#(lf::Builder::finish(self.#part, rows)),*])
                }
            }

            // SAFETY: a struct's children in the order of the described fields.
            unsafe impl<#lifetime> lf::Value<#lifetime> for #name #arguments {
                const IS_RECORD: bool = true;
                type Reader = Reader<#lifetime>;
                type Builder = Builder<#lifetime>;

                fn describe() -> lf::Type {
                    lf::Type::record(::std::vec![#((#column, <#kind as lf::Value<#lifetime>>::describe())),*])
                }

                unsafe fn bind(array: &lf::ArrowArray) -> Self::Reader {
                    unsafe { Reader { #(#part: <#kind as lf::Value<#lifetime>>::bind(array.child(#number)),)* } }
                }

                #[inline(always)]
                unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
                    unsafe { #name { #(#ident: <#kind as lf::Value<#lifetime>>::read(&reader.#part, row),)* } }
                }

                #[inline(always)]
                fn write(&self, builder: &mut Self::Builder, row: usize) {
                    #(lf::Value::write(&self.#ident, &mut builder.#part, row);)*
                }

                fn is_same(&self, other: &Self) -> bool {
                    true #(&& lf::Value::is_same(&self.#ident, &other.#ident))*
                }
            }

            impl<#lifetime> lf::NotNull for #name #arguments {}
        };
    })
}

fn each<'a, T: ToTokens>(fields: &'a [Field<'a>], part: impl Fn(&'a Field<'a>) -> &'a T) -> Vec<&'a T> {
    fields.iter().map(part).collect()
}

fn fields(input: &DeriveInput) -> Result<Vec<Field<'_>>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a record is a struct; put what varies into Option fields"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "a record's fields have names, since columns have"));
    };
    if named.named.is_empty() {
        return Err(Error::new_spanned(&input.ident, "a record has at least one field"));
    }
    let field = |(number, field): (usize, &'_ syn::Field)| -> Result<_> {
        let Some(ident) = &field.ident else {
            return Err(Error::new_spanned(&field.ty, "a record's fields have names"));
        };
        let column = column_name(field)?.unwrap_or_else(|| ident.unraw().to_string());
        Ok((number, column))
    };
    let columns = named.named.iter().enumerate().map(field).collect::<Result<Vec<_>>>()?;
    let whole = named.named.iter().zip(columns).filter_map(|(field, (number, column))| {
        let ident = field.ident.as_ref()?;
        Some(Field { ident, column, kind: &field.ty, part: format_ident!("f{}", number), number })
    });
    Ok(whole.collect())
}

/// Ends in an error at a `&'static` part: what is read out of a batch lives as long as that.
fn refuse_static(fields: &[Field<'_>]) -> Result<()> {
    for field in fields {
        if let Some(found) = static_lifetime(field.kind.to_token_stream()) {
            let text =
                "what a record borrows lives as long as its batch: struct Word<'a> { word: &'a str }; a text that is \
                        part of the program (&'static str) can be given to such a field, too";
            return Err(Error::new(found, text));
        }
    }
    Ok(())
}

fn static_lifetime(tokens: TokenStream) -> Option<Span> {
    let mut is_lifetime = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(word) if is_lifetime && word == "static" => return Some(word.span()),
            TokenTree::Group(group) => match static_lifetime(group.stream()) {
                None => {}
                found => return found,
            },
            _ => {}
        }
        is_lifetime = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '\'');
    }
    None
}

/// The value of `#[record(rename = "...")]`.
fn column_name(field: &syn::Field) -> Result<Option<String>> {
    let mut found = None;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("record")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("rename") {
                return Err(meta.error("a record's field knows #[record(rename = \"...\")]"));
            }
            found = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
    }
    Ok(found)
}

/// The lifetime of the batch: the struct's own, or a new one where all is owned.
fn lifetime(input: &DeriveInput) -> Result<TokenStream> {
    let mut parameters = input.generics.params.iter();
    match (parameters.next(), parameters.next()) {
        (None, _) => Ok(quote!('batch)),
        (Some(GenericParam::Lifetime(own)), None) => Ok(own.lifetime.to_token_stream()),
        (Some(GenericParam::Lifetime(_)), Some(more)) => {
            Err(Error::new_spanned(more, "a record has one lifetime, that of the batch, and no other parameter"))
        }
        (Some(other), _) => Err(Error::new_spanned(other, "a record has no type parameters: its columns are fixed")),
    }
}
