# fish completion for binimport
function __binimport_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..] "$current" 2>/dev/null </dev/null)
    set -l cut (string match -r '^.*[=:]' -- "$current")
    set -l path (string replace -r '^.*[=:]' '' -- "$current")
    for line in $lines
        switch $line
            case :none
            case :files
                printf '%s\n' "$cut"(__fish_complete_path "$path")
            case :dirs
                printf '%s\n' "$cut"(__fish_complete_directories "$path")
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c binimport -f -a '(__binimport_complete)'
