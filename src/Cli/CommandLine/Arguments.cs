namespace Libra.Deploy.Cli.CommandLine;

/// <summary>What stood on the command line behind a command's name.</summary>
/// <param name="Operands">In their order.</param>
/// <param name="Values">By the option's name; a switch has an empty value.</param>
internal sealed record Arguments(IReadOnlyList<string> Operands, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Reads <c>--name value</c>, <c>--name=value</c>, <c>-n</c>; behind <c>--</c> all are operands.</summary>
    /// <exception cref="UsageException">Something does not belong there.</exception>
    public static Arguments Parse(Command command, ReadOnlySpan<string> words)
    {
        var operands = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var onlyOperands = false;
        for (var at = 0; at < words.Length; at++)
        {
            var word = words[at];
            if (onlyOperands || word.Length < 2 || word[0] != '-') operands.Add(word);
            else if (word == "--") onlyOperands = true;
            else ReadOption(command, word, words, ref at, values);
        }

        if (!values.ContainsKey(Option.HelpSwitch.Name)) CheckOperands(command, operands);
        return new Arguments(operands, values);
    }

    private static void ReadOption(Command command, string word, ReadOnlySpan<string> words, ref int at, Dictionary<string, string> values)
    {
        var (name, given) = word.Split('=', 2) is [var left, var right] ? (left, right) : (word, null);
        var option =
            (name.StartsWith("--", StringComparison.Ordinal) ? command.Find(name[2..]) : name.Length == 2 ? command.Find(name[1]) : null)
            ?? throw new UsageException($"{command.Usage} has no option {name}. 'libra {command.Name} --help' lists them.");
        if (values.ContainsKey(option.Name)) throw new UsageException($"{name} stands twice.");
        if (option.Value is null && given is not null) throw new UsageException($"{name} takes no value.");
        if (option.Value is not null && given is null)
        {
            if (++at == words.Length) throw new UsageException($"{name} needs a value: {name} {option.Value}");
            given = words[at];
        }

        values.Add(option.Name, given ?? string.Empty);
    }

    private static void CheckOperands(Command command, List<string> operands)
    {
        var count = operands.Count;
        if (count < command.FewestOperands) throw new UsageException($"{command.Operands[count]} is missing. Usage: {command.Usage}");
        if (count > command.Operands.Count) throw new UsageException($"Too many arguments. Usage: {command.Usage}");
        if (operands.FindIndex(string.IsNullOrWhiteSpace) is >= 0 and var empty)
            throw new UsageException(
                $"{command.Operands[empty].Trim('[', ']')} is empty. Is the variable set that it comes from? Usage: {command.Usage}");
    }
}
