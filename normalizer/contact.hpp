// SPDX-License-Identifier: Apache-2.0
// The two faces of a message: the contact that goes into the queue, without anything that tells who wrote it, and the
// confidential part that only the back office can open. Pure.
#pragma once

#include <string>

#include "core/complaint.hpp"
#include "core/event.hpp"
#include "core/secret.hpp"
#include "normalizer/reporter.hpp"

namespace satupintu::normalizer {

// What is written beside the photos is part of the text.
[[nodiscard]] std::string text_with_captions(const core::Message& message);

// As the citizen wrote it, save for bytes that are no UTF-8.
[[nodiscard]] core::Confidential confidential_of(const core::Message& message, const Identity& reporter);

// What a report shows of its reporter when it may: a clean name of at most 100 characters.
[[nodiscard]] std::string display_name_of(const core::Sender& sender);

// The message with this subject and text, both clean and masked, all other lines cleaned, without its sender and without ids
// that reveal one.
[[nodiscard]] core::Message contact_of(core::Message message, std::string subject, std::string text, core::Visibility visibility,
                                       const core::Secret& key);

// For what people typed into single fields: one clean line, personal data masked.
void clean_and_mask(std::string& line);

}  // namespace satupintu::normalizer
