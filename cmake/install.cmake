# What `cmake --install` puts in place: program, manual, keymaps, themes, completions.
install(TARGETS dynascope)

file(GLOB pages CONFIGURE_DEPENDS views/*.1 views/*.5 views/*.7)
foreach(page ${pages})
    string(REGEX MATCH "[0-9]$" section ${page})
    install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

set(data ${CMAKE_INSTALL_DATADIR}/dynascope)
install(DIRECTORY keymaps/ DESTINATION ${data}/keymaps FILES_MATCHING PATTERN "*.keys")
install(DIRECTORY themes/ DESTINATION ${data}/themes FILES_MATCHING PATTERN "*.theme")
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# the program writes its own completions, from the table of its subcommands
set(completions)
foreach(shell bash zsh fish)
    set(file ${PROJECT_BINARY_DIR}/completions/dynascope.${shell})
    add_custom_command(OUTPUT ${file}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/completions
        COMMAND dynascope completions ${shell} > ${file}
        DEPENDS dynascope VERBATIM)
    list(APPEND completions ${file})
endforeach()
add_custom_target(completions ALL DEPENDS ${completions})

set(from ${PROJECT_BINARY_DIR}/completions)
set(share ${CMAKE_INSTALL_DATADIR})
install(FILES ${from}/dynascope.bash RENAME dynascope
    DESTINATION ${share}/bash-completion/completions)
install(FILES ${from}/dynascope.fish DESTINATION ${share}/fish/vendor_completions.d)
# zsh looks into the first below /usr/local, Debian's into the second below /usr
foreach(folder site-functions vendor-completions)
    install(FILES ${from}/dynascope.zsh RENAME _dynascope DESTINATION ${share}/zsh/${folder})
endforeach()
