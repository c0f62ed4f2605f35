// SPDX-License-Identifier: Apache-2.0
// Named points at which the fault tests kill the process: SATUPINTU_KILL_AT="journal.after_commit:37" ends it
// with SIGKILL the 37th time that point is passed. Compiled to nothing unless SATUPINTU_FAILPOINTS is set, which
// release builds never do.
#pragma once

#include <string_view>

namespace satupintu::core {

#ifdef SATUPINTU_FAILPOINTS
void failpoint(std::string_view name) noexcept;
#else
inline void failpoint(std::string_view) noexcept {}
#endif

}  // namespace satupintu::core
