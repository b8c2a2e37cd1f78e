// Bodies of every kind: what is accepted must say the same when it is written again.
#include <cstdint>
#include <cstdlib>

#include "base/writer.hpp"
#include "wire/envelope.hpp"

namespace {

using lodge::ByteView;
using namespace lodge::wire;  // NOLINT(google-build-using-namespace)

void check(bool holds) {
  if (!holds) std::abort();
}

void call(ByteView body) {
  const auto call = parse_call(body);
  if (!call) return;
  lodge::Writer writer;
  check(append_call(writer, {.kind = FrameKind::call, .id = 1}, *call).ok());
  const auto frame = parse_frame(writer.view());
  check(frame.ok());
  const auto again = parse_call(frame->body);
  check(again.ok() && again->service == call->service && again->name == call->name && again->caller == call->caller);
  check(again->args.count() == call->args.count() && again->idempotent == call->idempotent);
  check(lodge::copy_of(again->args.bytes()) == lodge::copy_of(call->args.bytes()));
}

void hello(ByteView body) {
  const auto hello = parse_hello(body);
  if (!hello) return;
  lodge::Writer writer;
  check(append_hello(writer, *hello).ok());
  const auto again = parse_hello(parse_frame(writer.view())->body);
  check(again.ok() && again->name == hello->name && again->protocol_highest == hello->protocol_highest);
}

void value(ByteView body) {
  const auto value = Value::unpack(body);
  check(value.ok() == check_result(body).ok());
  if (!value) return;
  const auto again = Value::unpack(value->pack());
  check(again.ok() && again->pack() == value->pack());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView body(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      call(body);
      break;
    case 1:
      hello(body);
      break;
    case 2:
      check(parse_error(body, lodge::Executed::maybe).code != lodge::Code::OK);
      break;
    case 3:
      static_cast<void>(parse_goaway(body).ok());
      break;
    default:
      value(body);
  }
  return 0;
}
