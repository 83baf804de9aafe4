//! What are we working on: the diagram, components, assets and boundaries.

use super::page::Page;
use crate::output::document::{Block, Cell, Picture};
use threatline_model::{
    Decl, ENDPOINT_KINDS, File, Kind, component_of, holds, placed_in, schema::CLASSIFICATION,
    schema::LEVEL, sensitivity_of_asset, trust_of_boundary, typed,
};
use threatline_syntax::prose::count;
use threatline_view::diagram::{Direction, NotDrawn, diagram};
use threatline_view::matrix::{self, Cell as Known};

/// The section.
pub fn section(page: &Page) -> Vec<Block> {
    let mut blocks = vec![
        Block::heading(2, "What are we working on?"),
        picture(page, &page.files),
    ];
    let components: Vec<(File, Decl)> = page
        .files
        .iter()
        .filter_map(|file| Some((*file, component_of(page.db, *file)?)))
        .collect();
    blocks.extend(table_of_components(page, &components));
    blocks.extend(table_of_assets(page));
    blocks.extend(table_of_boundaries(page));
    blocks.extend(component_by_component(page, &components));
    blocks
}

fn picture(page: &Page, files: &[File]) -> Block {
    match diagram(page.db, files, Direction::Right) {
        Ok(drawn) => Block::Picture(Picture {
            drawing: drawn.draw(),
            legend: drawn.legend(),
            mermaid: drawn.mermaid(),
            mermaid_colors: drawn.mermaid_colors(),
        }),
        Err(NotDrawn::Empty) => Block::text("The model has nothing to draw."),
        Err(NotDrawn::TooLarge(parts)) => Block::text(format!(
            "The model has {parts} elements and flows, too many for one diagram. A diagram of \
             each component follows."
        )),
    }
}

fn table_of_components(page: &Page, components: &[(File, Decl)]) -> Vec<Block> {
    if components.is_empty() {
        return Vec::new();
    }
    let rows = components.iter().map(|(file, component)| {
        let declarations = file.declarations(page.db).iter();
        let elements = declarations.filter(|decl| ENDPOINT_KINDS.contains(&decl.kind(page.db)));
        let criticality = typed(page.db, *component).word("criticality");
        let findings = matrix::in_file(page.db, *file);
        let worst = findings.iter().map(Known::of).max();
        vec![
            page.called(*component).into(),
            Cell::with_class(matrix::counted(&findings), worst.map_or("", Known::class)),
            page.text(*component, "owner").into(),
            criticality
                .map(|word| LEVEL.word(word))
                .unwrap_or_default()
                .into(),
            elements.count().to_string().into(),
        ]
    });
    let columns = ["component", "findings", "owner", "criticality", "elements"];
    vec![Block::heading(3, "Components"), Block::table(columns, rows)]
}

fn table_of_assets(page: &Page) -> Vec<Block> {
    let assets: Vec<Decl> = page.declared(Kind::Asset).collect();
    if assets.is_empty() {
        return Vec::new();
    }
    let elements: Vec<Decl> = ENDPOINT_KINDS
        .iter()
        .flat_map(|kind| page.declared(*kind))
        .collect();
    let rows = assets.iter().map(|asset| {
        let sensitivity = sensitivity_of_asset(page.db, *asset);
        let holders = elements
            .iter()
            .filter(|element| holds(page.db, **element).contains(asset));
        vec![
            page.called(*asset).into(),
            CLASSIFICATION.word(sensitivity.classification).into(),
            LEVEL.word(sensitivity.integrity).into(),
            LEVEL.word(sensitivity.availability).into(),
            if sensitivity.personal { "yes" } else { "" }.into(),
            count(holders.count(), "element").into(),
        ]
    });
    let columns = [
        "asset",
        "classification",
        "integrity",
        "availability",
        "personal",
        "held by",
    ];
    vec![Block::heading(3, "Assets"), Block::table(columns, rows)]
}

fn table_of_boundaries(page: &Page) -> Vec<Block> {
    let boundaries: Vec<Decl> = page.declared(Kind::Boundary).collect();
    if boundaries.is_empty() {
        return Vec::new();
    }
    let rows = boundaries.iter().map(|boundary| {
        let around = placed_in(page.db, *boundary).map(|around| page.code(around));
        vec![
            page.called(*boundary).into(),
            trust_of_boundary(page.db, *boundary).word().into(),
            around.unwrap_or_default().into(),
        ]
    });
    vec![
        Block::heading(3, "Trust boundaries"),
        Block::table(["boundary", "trust", "in"], rows),
    ]
}

/// A picture of each component, where there are several.
fn component_by_component(page: &Page, components: &[(File, Decl)]) -> Vec<Block> {
    let can_be_drawn = |file: File| diagram(page.db, &[file], Direction::Right).is_ok();
    let drawn: Vec<(File, Decl)> = components
        .iter()
        .copied()
        .filter(|(file, _)| can_be_drawn(*file))
        .collect();
    if components.len() < 2 || drawn.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![
        Block::heading(3, "Components in detail"),
        Block::text(
            "Each diagram shows a component and the elements of other components that it \
             communicates with.",
        ),
    ];
    for (file, component) in drawn {
        blocks.push(Block::heading(4, page.called(component)));
        let description = component.facts(page.db).description.as_ref();
        blocks.extend(description.map(|text| Block::text(text.to_string())));
        blocks.push(picture(page, &[file]));
    }
    blocks
}
