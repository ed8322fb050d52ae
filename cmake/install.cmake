# What `cmake --install` puts in place: program, manual, keymaps, themes, completions.
install(TARGETS dynascope)

# the pages with the program's own lists: of subcommands and options, of keys and commands
set(manual ${PROJECT_BINARY_DIR}/manual)
set(made)
foreach(page dynascope.1 dynascope-keys.7)
    add_custom_command(OUTPUT ${manual}/${page}
        COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:dynascope> -DFROM=views/${page}.in
            -DTO=${manual}/${page} -P cmake/manual.cmake
        DEPENDS dynascope views/${page}.in cmake/manual.cmake
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
    list(APPEND made ${manual}/${page})
endforeach()
add_custom_target(manual ALL DEPENDS ${made})
install(FILES ${manual}/dynascope.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${manual}/dynascope-keys.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
file(GLOB pages CONFIGURE_DEPENDS views/*.5)
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
file(GLOB pages CONFIGURE_DEPENDS views/*.7)
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)

set(data ${CMAKE_INSTALL_DATADIR}/dynascope)
install(DIRECTORY keymaps/ DESTINATION ${data}/keymaps FILES_MATCHING PATTERN "*.keys")
install(DIRECTORY themes/ DESTINATION ${data}/themes FILES_MATCHING PATTERN "*.theme")
install(FILES README.md CHANGELOG.md LICENSE backend/COMPATIBILITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

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
