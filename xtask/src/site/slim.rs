//! Parts without what they do not use. The splitter gives each the whole list of function types of the program, of which a
//! small part needs a handful, and a place for every piece of the program's data, of which it has one or none; and there are
//! many small parts. It keeps the names of functions too, and who made them.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{DataSection, Module, RawSection, SectionId, TypeSection};
use wasmparser::{CustomSectionReader, Data, DataKind, Parser, TypeSectionReader};

/// The contents of a section that lists nothing.
const NOTHING: &[u8] = &[0];

/// The same module without custom sections, without types that nothing in it has, and without lists and data that are empty.
pub fn slim(module: &[u8]) -> Result<Vec<u8>, Error<Infallible>> {
    let mut used = Used::default();
    used.parse_core_module(&mut Module::new(), Parser::new(0), module)?;
    let numbers: BTreeMap<u32, u32> = used.types.into_iter().zip(0..).collect();
    let mut slimmed = Module::new();
    // Data that waits to be copied is known by its number.
    let data = (!used.waits).then_some(used.data);
    Renumbering { numbers, data }.parse_core_module(&mut slimmed, Parser::new(0), module)?;
    without_empty(&slimmed.finish())
}

/// A module without its sections that list nothing.
fn without_empty(module: &[u8]) -> Result<Vec<u8>, Error<Infallible>> {
    let mut rest = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Some((id, range)) = payload?.as_section() {
            let data = &module[range.start as usize..range.end as usize];
            // What a module starts with is the number of a function, and no list.
            if data != NOTHING || id == u8::from(SectionId::Start) {
                rest.section(&RawSection { id, data });
            }
        }
    }
    Ok(rest.finish())
}

/// Looks which types there is a use of, and what data there is.
#[derive(Default)]
struct Used {
    types: BTreeSet<u32>,
    /// Pieces of data that hold something.
    data: u32,
    /// Whether some are copied only when they are asked for.
    waits: bool,
}

impl Reencode for Used {
    type Error = Infallible;

    fn type_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        self.types.insert(number);
        Ok(number)
    }

    fn parse_data(&mut self, data: &mut DataSection, piece: Data<'_>) -> Result<(), Error<Infallible>> {
        self.data += u32::from(!piece.data.is_empty());
        self.waits |= matches!(piece.kind, DataKind::Passive);
        utils::parse_data(self, data, piece)
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        Ok(())
    }
}

/// Keeps those, and gives types new numbers.
struct Renumbering {
    numbers: BTreeMap<u32, u32>,
    /// So many pieces of data hold something, where the others can be left out.
    data: Option<u32>,
}

impl Reencode for Renumbering {
    type Error = Infallible;

    fn type_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.numbers.get(&number).copied().unwrap_or(number))
    }

    fn data_count(&mut self, count: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.data.unwrap_or(count))
    }

    fn parse_data(&mut self, data: &mut DataSection, piece: Data<'_>) -> Result<(), Error<Infallible>> {
        if self.data.is_some() && piece.data.is_empty() {
            return Ok(());
        }
        utils::parse_data(self, data, piece)
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: TypeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        // The compiler makes no groups of types that know one another: each group is one type.
        for (number, group) in (0..).zip(section) {
            let group = group?;
            if self.numbers.contains_key(&number) || group.types().len() != 1 {
                self.parse_recursive_type_group(types.ty(), group)?;
            }
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::slim;
    use wasm_encoder::{
        CodeSection, ConstExpr, CustomSection, DataCountSection, DataSection, EntityType, Function,
        FunctionSection, ImportSection, MemoryType, Module, TypeSection, ValType,
    };

    /// A module with three types, of which an import has the last and a function the second.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::F64; 7], []);
        types.ty().function([], [ValType::I32]);
        types.ty().function([ValType::I32], []);
        let mut imports = ImportSection::new();
        imports.import("main", "take", EntityType::Function(2));
        let mut functions = FunctionSection::new();
        functions.function(1);
        let mut body = Function::new([]);
        body.instructions().i32_const(7).end();
        let mut code = CodeSection::new();
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&code);
        module.section(&CustomSection { name: "name".into(), data: b"nothing".as_slice().into() });
        module.finish()
    }

    /// A module that puts pieces of data into an imported memory.
    fn filled(pieces: &[&[u8]]) -> Vec<u8> {
        let mut imports = ImportSection::new();
        let memory =
            MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
        imports.import("main", "memory", memory);
        let mut data = DataSection::new();
        for piece in pieces {
            data.active(0, &ConstExpr::i32_const(7), piece.iter().copied());
        }
        let mut module = Module::new();
        module.section(&imports).section(&FunctionSection::new());
        module.section(&DataCountSection { count: pieces.len() as u32 }).section(&CodeSection::new());
        module.section(&data);
        module.finish()
    }

    #[test]
    fn a_part_has_no_empty_data_and_no_empty_lists() {
        let slimmed = slim(&filled(&[b"", b"Step", b""])).unwrap();
        assert_eq!(slimmed.len(), slim(&filled(&[b"Step"])).unwrap().len());
        assert!(slimmed.len() < filled(&[b"Step"]).len());
        assert!(wasmparser::Validator::new().validate_all(&slimmed).is_ok());
        assert!(slimmed.windows(4).any(|window| window == b"Step"));
        let nothing = slim(&filled(&[b""])).unwrap();
        assert!(wasmparser::Validator::new().validate_all(&nothing).is_ok());
        assert_eq!(slim(&slimmed).unwrap(), slimmed);
    }

    #[test]
    fn a_part_keeps_the_types_it_uses_and_no_names() {
        let slimmed = slim(&module()).unwrap();
        let mut types = 0;
        for payload in wasmparser::Parser::new(0).parse_all(&slimmed) {
            match payload.unwrap() {
                wasmparser::Payload::TypeSection(section) => types = section.count(),
                wasmparser::Payload::CustomSection(section) => panic!("{} is still there", section.name()),
                _ => {}
            }
        }
        assert_eq!(types, 2);
        assert!(wasmparser::Validator::new().validate_all(&slimmed).is_ok());
        // There is nothing more to leave out.
        assert_eq!(slim(&slimmed).unwrap(), slimmed);
        assert!(slim(&module()[..20]).is_err());
    }
}
