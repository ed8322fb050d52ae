# dynascope_room(NAME FILES... [USES lib...]): one static library a room, ds_NAME.
function(dynascope_room name)
    cmake_parse_arguments(room "" "" "USES" ${ARGN})
    add_library(ds_${name} STATIC ${room_UNPARSED_ARGUMENTS})
    target_link_libraries(ds_${name} PUBLIC ${room_USES})
endfunction()

# dynascope_unit(ROOM lib...): each tests/unit/ROOM/test_*.c is one program and one test.
# Programs that start threads (or say "/* test: threads */") also run under ThreadSanitizer.
function(dynascope_unit room)
    file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${room}/test_*.c)
    foreach(file ${files})
        get_filename_component(name ${file} NAME_WE)
        set(target unit_${room}_${name})
        add_executable(${target} ${file})
        target_link_libraries(${target} PRIVATE ${ARGN} PkgConfig::cmocka)
        add_test(NAME unit/${room}/${name} COMMAND ${target})
        file(STRINGS ${file} threaded REGEX "test: threads|pthread_create" LIMIT_COUNT 1)
        if(threaded OR name STREQUAL "test_worker")
            set_property(TEST unit/${room}/${name} PROPERTY LABELS threads)
            add_dependencies(thread_tests ${target})
        endif()
    endforeach()
endfunction()
