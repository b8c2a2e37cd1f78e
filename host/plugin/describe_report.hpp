// What the reading child tells the host: a descriptor, or why there is none.
#pragma once

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "plugin/descriptor.hpp"

namespace lodge::plugin {

[[nodiscard]] Bytes encode_report(const Result<Descriptor>& outcome);

/// Believes nothing: the child ran plugin code. INVALID_ARGUMENT for what `encode_report` could not have written.
[[nodiscard]] Result<Descriptor> decode_report(ByteView bytes);

}  // namespace lodge::plugin
