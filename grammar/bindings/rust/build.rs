//! Compiles the generated parser, so that a clone builds without the tree-sitter command.

fn main() {
    cc::Build::new()
        .std("c11")
        .include("src")
        .flag_if_supported("-Wno-unused-parameter")
        .file("src/parser.c")
        .compile("tree-sitter-threat");
    println!("cargo:rerun-if-changed=src/parser.c");
}
