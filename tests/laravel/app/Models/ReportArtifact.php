<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;

class ReportArtifact extends Model
{
    public $timestamps = false;

    protected $fillable = [
        'name', 'format', 'media_type', 'bytes', 'rows', 'sha256', 'destination', 'key', 'link', 'expires_at',
    ];

    protected $hidden = ['link']; // whoever has it can read the file

    protected $casts = ['bytes' => 'integer', 'rows' => 'integer', 'expires_at' => 'datetime'];

    public function snapshot()
    {
        return $this->belongsTo(ReportSnapshot::class, 'report_snapshot_id');
    }
}
