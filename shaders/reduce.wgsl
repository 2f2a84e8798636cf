// The Moebius element of a chunk: the product of its sites.

fn element_of_chunk(row: u32, chunk: Chunk) -> Element {
    var element = IDENTITY;
    let count = chunk.after - chunk.first;
    for (var index = 0u; index < CHUNK; index += 1u) {
        if index < count {
            element = extend(element, chunk.first + index, tile[row * PITCH + index]);
            if (index & problem.rescale) == problem.rescale {
                element = rescaled(element);
            }
        }
    }
    return rescaled(element);
}
