//! Parts without what they do not use. The splitter gives each the whole list of function types of the program, of which a
//! small part needs a handful; and there are many small parts. It keeps the names of functions too, and who made them.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Module, TypeSection};
use wasmparser::{CustomSectionReader, Parser, TypeSectionReader};

/// The same module without custom sections and without types that nothing in it has.
pub fn slim(module: &[u8]) -> Result<Vec<u8>, Error<Infallible>> {
    let mut used = Used::default();
    used.parse_core_module(&mut Module::new(), Parser::new(0), module)?;
    let numbers: BTreeMap<u32, u32> = used.types.into_iter().zip(0..).collect();
    let mut slimmed = Module::new();
    Renumbering { numbers }.parse_core_module(&mut slimmed, Parser::new(0), module)?;
    Ok(slimmed.finish())
}

/// Looks which types there is a use of.
#[derive(Default)]
struct Used {
    types: BTreeSet<u32>,
}

impl Reencode for Used {
    type Error = Infallible;

    fn type_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        self.types.insert(number);
        Ok(number)
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        Ok(())
    }
}

/// Keeps those, and gives them new numbers.
struct Renumbering {
    numbers: BTreeMap<u32, u32>,
}

impl Reencode for Renumbering {
    type Error = Infallible;

    fn type_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.numbers.get(&number).copied().unwrap_or(number))
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
        CodeSection, CustomSection, EntityType, Function, FunctionSection, ImportSection, Module,
        TypeSection, ValType,
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
