namespace Libra.Deploy.Cli.CommandLine;

/// <summary>Something that the program can do.</summary>
/// <param name="Name">One word or two.</param>
/// <param name="Operands">What follows the name, as the help shows it; in brackets what may be missing.</param>
/// <param name="Help">One line.</param>
/// <param name="Options">Besides the common ones.</param>
/// <param name="RunAsync">Gives the exit code.</param>
internal sealed record Command(
    string Name,
    IReadOnlyList<string> Operands, string Help, IReadOnlyList<Option> Options, Func<Invocation, CancellationToken, Task<int>> RunAsync)
{
    public int FewestOperands => Operands.Count(operand => operand[0] != '[');

    public string Usage => string.Join(' ', ["libra", Name, .. Operands]);

    public Option? Find(string option) => Options.Concat(Option.Common).FirstOrDefault(known => known.Name == option);

    public Option? Find(char letter) => Options.Concat(Option.Common).FirstOrDefault(known => known.Short == letter);
}
